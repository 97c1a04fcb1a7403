"""Bills: told by the hospital, paid on the phone, settled at its window, withdrawn while an order is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from adapters.hl7.message import Message
from adapters.values import EntryKind
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.alipay.trade import Move
from hospital_bridge.sandbox.hospital.examinations import BLOOD_COUNT, CHEST_CT, GLUCOSE
from hospital_bridge.sandbox.story.world import Facts, Step, World, expect

if TYPE_CHECKING:
    from hospital_bridge.sandbox.browser import PageShown
    from hospital_bridge.sandbox.hospital.examinations import Panel
    from hospital_bridge.sandbox.hospital.model import Bill
    from hospital_bridge.sandbox.hospital.staff import Notice

DOCTOR = "D01011"


class Bills:
    """One patient, for whom a doctor orders three times."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._hospital = world.town.hospital
        self._phone = world.phone(people.WANG_TAO)

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("bill", "A bill (DFT^P03) is shown with who pays what, paid, and has its receipt", self._paid)
        yield Step("bill_at_window", "A bill (ORM^O01) for the window alone is shown and not payable", self._at_window)
        yield Step("bill_withdrawn", "Settled at the window with the order open: the wallet is closed", self._withdrawn)

    def _paid(self) -> Facts:
        self._phone.sign_in()
        self._phone.bind_card()
        notice = self._order(BLOOD_COUNT, GLUCOSE)
        bill, page = self._shown(notice)
        paid = self._phone.wait_for(self._phone.pay(self._ordered(page)), "done")
        (entry,) = self._hospital.cashier.of_bill(bill.bill_no)
        expect(entry.receipt_no in paid.words, "the page does not show the hospital's receipt")
        expect((entry.kind, entry.amount_fen) == (EntryKind.PAYMENT, bill.self_pay_fen), "another sum was posted")
        told = {"amount_fen": entry.amount_fen, "receipt_no": entry.receipt_no, "control_id": entry.control_id}
        orders = {"merchant_order_no": entry.order_no, "provider_trade_no": entry.trade_no}
        return self._facts(notice, bill) | {"payment": told | orders}

    def _at_window(self) -> Facts:
        notice = self._order(CHEST_CT, at_window=True, told_by="ORM^O01")
        bill, page = self._shown(notice)
        offered = [form.action for form in page.forms if form.action.endswith("/pay")]
        expect(offered == [], "a bill for the window can be paid here")
        return self._facts(notice, bill) | {"payable": False}

    def _withdrawn(self) -> Facts:
        notice = self._order(GLUCOSE)
        bill, page = self._shown(notice)
        page = self._ordered(page)
        trade_no = page.marks["trade-no"]
        self._world.tell(self._hospital.staff.settle_at_window(bill.bill_no))
        self._phone.wait(page, lambda shown: shown.marks.get("state") == "withdrawn")
        open_still = [trade for trade in self._world.town.wallet.trades if trade.may(Move.PAY)]
        expect(trade_no not in [trade.trade_no for trade in open_still], "the wallet still takes money for the bill")
        expect(not self._hospital.cashier.of_bill(bill.bill_no), "the bill was posted all the same")
        return self._facts(notice, bill) | {"provider_trade_no": trade_no, "charged_fen": 0}

    def _order(self, *panels: Panel, **how: Any) -> Notice:
        """A doctor orders for the patient, and the hospital tells of the bill."""
        (patient, *_) = self._hospital.patients.find("CN_ID", self._phone.person.id_number)
        notice = self._hospital.staff.order(patient.mrn, "", DOCTOR, panels, **how)
        self._world.tell(notice)
        return notice

    def _shown(self, notice: Notice) -> tuple[Bill, PageShown]:
        """The bill in the hospital's book, and its page once the list has it on top."""
        bill = self._hospital.bills.get(notice.number)
        listed = self._phone.wait(self._phone.page("bills"), lambda page: bill.bill_no in self._newest(page).words)
        return bill, self._newest(listed)

    def _newest(self, listed: PageShown) -> PageShown:
        """The page of the bill on top of the list; the list itself while it is empty."""
        is_empty = not any("hospital/bills/" in link.address for link in listed.links)
        return listed if is_empty else self._phone.open(listed.link("hospital/bills/"))

    def _ordered(self, page: PageShown) -> PageShown:
        """The page after the patient has pressed, with the order open at the wallet."""
        return self._phone.wait_for(self._phone.press(page, "/pay"), "awaiting")

    def _facts(self, notice: Notice, bill: Bill) -> dict[str, Any]:
        return {
            "bill_no": bill.bill_no,
            "control_id": Message.parse(notice.raw).control_id,
            "total_fen": bill.total_fen,
            "self_pay_fen": bill.self_pay_fen,
            "insurance_fen": bill.total_fen - bill.self_pay_fen,
        }
