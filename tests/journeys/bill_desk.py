"""The hospital's bills in a steered town: issued there, told to the bridge, settled at the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from adapters.news import BillIssued, BillWithdrawn, ChargeItem
from adapters.values import Fen, Identifier, PatientRecord
from hospital_bridge.sandbox.browser import PageShown
from hospital_bridge.sandbox.hospital.model import Bill, BillItem, Patient
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.slot import LookAgain, Scope
from hospital_bridge.verticals.hospital import VERTICAL
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.store import bills
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge

ITEMS = (BillItem("0201", "血常规检查", 1, 2_500, 1_000), BillItem("1120", "阿司匹林肠溶片", 2, 1_890, 1_500))
OWN_FEN = 3_780
PATIENCE = 50


@dataclass
class BillDesk:
    """The desk of a hospital whose every word is a second later than the one before."""

    steered: SteeredBridge

    def issue(self, phone: Phone, *, at_window: bool = False, items: tuple[BillItem, ...] = ITEMS) -> Bill:
        """A new bill of that phone's owner, told to the bridge."""
        now = self.steered.clock.now()
        wanted = Bill("", self._patient(phone).mrn, "", "", items, at_window=at_window, issued_at=now)
        bill = self.steered.town.hospital.bills.issue(wanted)
        self._tell(_issued(bill, self._patient(phone)))
        return bill

    def settle_at_window(self, bill: Bill, phone: Phone, *, told: bool = True) -> None:
        """Somebody pays it at the window, and the bridge is told where it is."""
        self.steered.town.hospital.cashier.settle_at_window(bill.bill_no)
        self.steered.clock.advance(timedelta(seconds=1))
        if told:
            self._tell(BillWithdrawn(bill.bill_no, _record(self._patient(phone)), self.steered.clock.now()))

    def page(self, phone: Phone, bill: Bill) -> PageShown:
        """The bill's page, reached from the list."""
        with self._scope.read() as work:
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

    @property
    def _scope(self) -> Scope:
        return self.steered.bridge.operators[OPERATOR].scopes["hospital"]

    def _tell(self, news: BillIssued | BillWithdrawn) -> None:
        """As the job of a received message does, however often it has to wait."""
        (inbound,) = (one for one in VERTICAL.inbound if isinstance(news, one.news))
        for _ in range(PATIENCE):
            try:
                with self._scope.begin() as work:
                    inbound.apply(work, news)
                return
            except LookAgain as wait:
                self.steered.work()
                self.steered.clock.advance(wait.after)
        raise AssertionError("the message waited for ever")

    def _patient(self, phone: Phone) -> Patient:
        (patient,) = self.steered.town.hospital.patients.find("CN_ID", phone.person.id_number)
        return patient


def _record(patient: Patient) -> PatientRecord:
    return PatientRecord((Identifier(MRN, patient.mrn),), patient.name, patient.birth_date, patient.sex)


def _issued(bill: Bill, patient: Patient) -> BillIssued:
    items = tuple(ChargeItem(one.code, one.name, str(one.quantity), Fen(one.amount_fen)) for one in bill.items)
    return BillIssued(
        bill_no=bill.bill_no,
        patient=_record(patient),
        filler_id=bill.filler_id,
        department_name="内科",
        practitioner_name="林若海",
        items=items,
        total_fen=Fen(bill.total_fen),
        insurance_fen=Fen(bill.total_fen - bill.self_pay_fen),
        self_pay_fen=Fen(bill.self_pay_fen),
        at_window=bill.at_window,
        issued_at=bill.issued_at,
    )
