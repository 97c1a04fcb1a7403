"""The hospital's bills in a steered town: ordered by a doctor, told to the bridge's inbox, settled at the window."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.hl7.message import Message
from hospital_bridge.sandbox.browser import PageShown
from hospital_bridge.sandbox.hospital.examinations import CHEST_CT, GLUCOSE, Panel
from hospital_bridge.sandbox.hospital.model import Bill
from hospital_bridge.sandbox.hospital.staff import Notice
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.verticals.hospital.store import bills
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge

DOCTOR = "D01011"
OWN_FEN = 9_200
"""The patient's share of what a doctor orders here unless told otherwise."""


@dataclass
class BillDesk:
    """Doctor and cashier of one town, whose words the bridge hears as its listener would."""

    steered: SteeredBridge

    def issue(self, phone: Phone, *panels: Panel, at_window: bool = False) -> Bill:
        """A new bill of that phone's owner, told to the bridge."""
        hospital = self.steered.town.hospital
        (patient,) = hospital.patients.find("CN_ID", phone.person.id_number)
        notice = hospital.staff.order(patient.mrn, "", DOCTOR, panels or (CHEST_CT, GLUCOSE), at_window=at_window)
        self.tell(notice)
        return hospital.bills.get(notice.number)

    def settle_at_window(self, bill: Bill) -> Notice:
        """Somebody pays it at the window; the bridge has not heard of it yet."""
        return self.steered.town.hospital.staff.settle_at_window(bill.bill_no)

    def tell(self, notice: Notice) -> None:
        """The bridge accepts the message, and its jobs apply it."""
        answer = self.steered.exchange(notice.raw)
        assert Message.parse(answer)["MSA-1"] == "AA"
        self.steered.work()

    def page(self, phone: Phone, bill: Bill) -> PageShown:
        """The bill's page, reached from the list."""
        with self.steered.bridge.operators[OPERATOR].scopes["hospital"].read() as work:
            found = bills.find(work, bill.bill_no)
        assert found is not None
        return phone.open(phone.page("bills").link(found.bill_id))

    def ordered(self, phone: Phone, bill: Bill) -> PageShown:
        """The bill's page after its patient has pressed to pay, with the order open at the wallet."""
        return phone.wait_for(phone.press(self.page(phone, bill), "/pay"), "awaiting")

    def posted(self, bill: Bill) -> list[tuple[str, int]]:
        """Kind and sum of every posting at the hospital for the bill."""
        entries = self.steered.town.hospital.cashier.of_bill(bill.bill_no)
        return [(entry.kind.value, entry.amount_fen) for entry in entries]
