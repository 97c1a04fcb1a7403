"""Stays: told by the hospital, deposits paid from the phone, and the settlement with what goes back or is still due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from adapters.values import EntryKind
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.story.world import Facts, Step, World, expect

if TYPE_CHECKING:
    from hospital_bridge.sandbox.browser import PageShown
    from hospital_bridge.sandbox.hospital.model import BookEntry

DOCTOR, DEPOSIT_YUAN = "D01011", 1_000
TELLS_NO_STAYS = "fhir"


class Stays:
    """The patient of the bills, whose record number is bound, twice in hospital."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._hospital = world.town.hospital
        self._phone = world.phone(people.WANG_TAO)
        self._stay_no = ""

    def steps(self) -> Iterator[Step]:
        """The steps in their order; none where the hospital's system can tell no stay."""
        if self._world.town.his == TELLS_NO_STAYS:
            return
        yield Step("deposit", "Admitted (ADT^A01): a deposit is paid on the phone and booked onto the stay", self._paid)
        yield Step("stay_settled", "The stay is settled: its parts are shown, what is left goes back", self._settled)
        yield Step("stay_due", "A stay that came to more than its deposits: the rest is paid on the phone", self._due)

    def _paid(self) -> Facts:
        self._phone.sign_in()
        self._stay_no = self._admitted()
        page = self._page()
        form = page.form("/deposit")
        ordered = self._phone.wait(self._phone.fill(page, form, yuan=str(DEPOSIT_YUAN)), _can_be_paid)
        self._phone.pay(ordered)
        (entry,) = self._booked(self._stay_no, 1)
        expect(entry.amount_fen == DEPOSIT_YUAN * 100, "another sum was posted")
        page = self._phone.wait(self._page(), lambda shown: entry.receipt_no in shown.words)
        return {"stay_no": self._stay_no, "amount_fen": entry.amount_fen, "receipt_no": entry.receipt_no}

    def _settled(self) -> Facts:
        staff = self._hospital.staff
        for notice in (
            staff.charge_stay(self._stay_no, 250_000, 180_000),
            staff.discharge(self._stay_no),
            staff.settle_stay(self._stay_no),
        ):
            self._world.tell(notice)
        page = self._phone.wait(self._page(), lambda shown: shown.marks.get("state") == "settled")
        for sum_ in ("2500.00", "1800.00", "700.00", "300.00"):
            expect(sum_ in page.words, f"the page does not show {sum_}")
        back = self._booked(self._stay_no, 2)[-1]
        expect((back.kind, back.amount_fen) == (EntryKind.REFUND, 30_000), "something else went back")
        return {"total_fen": 250_000, "insurance_fen": 180_000, "returned_fen": back.amount_fen}

    def _due(self) -> Facts:
        staff, stay_no = self._hospital.staff, self._admitted()
        self._world.tell(staff.charge_stay(stay_no, 120_000, 70_000))
        self._world.tell(staff.settle_stay(stay_no))
        number = self._hospital.admissions.get(stay_no).settlement_no
        bills = self._phone.wait(self._phone.page("bills"), lambda page: "500.00" in page.words)
        bill = self._phone.open(bills.link("hospital/bills/"))
        expect(number in bill.words, "the bill has not the number of the settlement")
        ordered = self._phone.wait_for(self._phone.press(bill, "/pay"), "awaiting")
        paid = self._phone.wait_for(self._phone.pay(ordered), "done")
        (entry,) = self._booked(stay_no, 1)
        expect((entry.bill_no, entry.amount_fen) == (number, 50_000), "another posting was made")
        expect(entry.receipt_no in paid.words, "the page does not show the hospital's receipt")
        return {"stay_no": stay_no, "settlement_no": number, "amount_fen": entry.amount_fen}

    def _admitted(self) -> str:
        """The patient comes in, and the hospital says so."""
        (patient, *_) = self._hospital.patients.find("CN_ID", self._phone.person.id_number)
        notice = self._hospital.staff.admit(patient.mrn, DOCTOR)
        self._world.tell(notice)
        return notice.number

    def _page(self) -> PageShown:
        """The page of the stay that was told last, once it is there."""
        home = self._phone.wait(
            self._phone.page(""), lambda page: any("/stays/" in each.address for each in page.links)
        )
        return self._phone.open(home.link("/stays/"))

    def _booked(self, stay_no: str, count: int) -> list[BookEntry]:
        """So many postings of the stay, once the hospital has them."""
        book = self._hospital.cashier
        return self._world.wait(lambda: found if len(found := list(book.of_stay(stay_no))) == count else None)


def _can_be_paid(page: PageShown) -> bool:
    return any("cashier" in link.address for link in page.links)
