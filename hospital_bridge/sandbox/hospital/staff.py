"""The people of the hospital who act of their own accord: each changes its books and words the notice of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.hl7.build import SegmentText
from adapters.values import Department
from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.hospital import notices
from hospital_bridge.sandbox.hospital.admissions import Admissions
from hospital_bridge.sandbox.hospital.bills import Bills
from hospital_bridge.sandbox.hospital.cashier import Cashier
from hospital_bridge.sandbox.hospital.directory_desk import gone_segment, patient_segment
from hospital_bridge.sandbox.hospital.examinations import PANELS, Panel
from hospital_bridge.sandbox.hospital.laboratory import Laboratory
from hospital_bridge.sandbox.hospital.model import (
    Appointment,
    Bill,
    BillState,
    Doctor,
    HospitalData,
    Merge,
    MergeState,
    Report,
    ReportState,
    Stay,
    Visit,
)
from hospital_bridge.sandbox.hospital.patient_index import PatientIndex
from hospital_bridge.sandbox.hospital.window import Window

_DFT, _ORM, _OUL = "DFT^P03", "ORM^O01", "OUL^R24"
_STRUCTURES = {
    _DFT: "DFT^P03^DFT_P03",
    _ORM: "ORM^O01^ORM_O01",
    "ORU^R01": "ORU^R01^ORU_R01",
    _OUL: "OUL^R24^OUL_R24",
}
_SAID = {
    MergeState.MERGED: "ADT^A40^ADT_A39",
    MergeState.LINKED: "ADT^A24^ADT_A24",
    MergeState.PARTED: "ADT^A37^ADT_A37",
}

Fact = Visit | Appointment | Bill | Report | Merge | Stay


@dataclass(frozen=True, slots=True)
class Notice:
    """What the hospital tells: the number of the thing that it is about, its message, and what has changed."""

    number: str
    raw: bytes
    fact: Fact


@dataclass(frozen=True, slots=True)
class Books:
    """What the staff write in."""

    data: HospitalData
    patients: PatientIndex
    window: Window
    bills: Bills
    cashier: Cashier
    laboratory: Laboratory
    admissions: Admissions


class Staff:
    """Registration clerk, record office, doctors, cashier, laboratory; Declined where their books do not allow it."""

    def __init__(
        self, books: Books, clock: Clock, word: Callable[..., bytes], lock: AbstractContextManager[Any]
    ) -> None:
        self._books = books
        self._clock = clock
        self._word = word
        self._lock = lock

    # --- registration window

    def register(self, mrn: str, doctor_code: str) -> Notice:
        """A patient without an appointment comes to the window: a visit from now on (ADT^A04)."""
        patient = self._books.patients.get(mrn)
        with self._lock:
            visit = self._books.window.register(Visit("", patient.mrn, doctor_code, self._clock.now()))
        return self._of_visit("ADT^A04^ADT_A01", visit)

    def tell_again(self, visit_no: str) -> Notice:
        """The clerk's system tells of a visit once more, as a message of its own (ADT^A04)."""
        return self._of_visit("ADT^A04^ADT_A01", self._books.window.get(visit_no))

    def cancel_visit(self, visit_no: str) -> Notice:
        """The clerk takes a visit back (ADT^A11)."""
        with self._lock:
            visit = self._books.window.cancel(visit_no)
        return self._of_visit("ADT^A11^ADT_A09", visit)

    # --- record office

    def merge(self, survivor: str, retired: str) -> Notice:
        """Two records are one: the second number is gone (ADT^A40)."""
        return self._of_numbers(MergeState.MERGED, survivor, retired)

    def link(self, number: str, other: str) -> Notice:
        """Both numbers are one person's and stay in use (ADT^A24)."""
        return self._of_numbers(MergeState.LINKED, number, other)

    def part(self, number: str, other: str) -> Notice:
        """A merge or a link is taken back: the numbers are two people's (ADT^A37)."""
        return self._of_numbers(MergeState.PARTED, number, other)

    def _of_numbers(self, state: MergeState, number: str, other: str) -> Notice:
        with self._lock:
            merge = self._books.patients.say(state, number, other, self._clock.now())
        gone = gone_segment(other) if state is MergeState.MERGED else self._patient(other)
        body = (notices.event(merge.told_at), self._patient(number), gone)
        return Notice(merge.merge_no, self._word(_SAID[state], *body), merge)

    # --- doctors

    def order(
        self,
        mrn: str,
        visit_no: str,
        doctor_code: str,
        panels: Sequence[Panel],
        *,
        at_window: bool = False,
        told_by: str = _DFT,
    ) -> Notice:
        """A doctor orders: a bill, told by DFT^P03 or by ORM^O01; `at_window` only the cashier settles it."""
        items = tuple(panel.item for panel in panels)
        drawn = Bill("", mrn, visit_no, doctor_code, items, at_window, self._clock.now(), told_by=told_by)
        with self._lock:
            bill = self._books.bills.issue(drawn)
        return self._of_bill(bill)

    # --- cashier

    def settle_at_window(self, bill_no: str) -> Notice:
        """A patient pays at the window: the bill is withdrawn from us."""
        with self._lock:
            bill = self._books.cashier.settle_at_window(bill_no)
        return self._of_bill(bill)

    def cancel_bill(self, bill_no: str) -> Notice:
        """A doctor takes an order back; what was paid for it is the bridge's to give back."""
        with self._lock:
            bill = self._books.bills.close(bill_no, BillState.CANCELLED)
        return self._of_bill(bill)

    # --- admission desk and wards

    def admit(self, mrn: str, doctor_code: str) -> Notice:
        """A patient comes into the ward of a doctor (ADT^A01)."""
        patient = self._books.patients.get(mrn)
        return self._of_stay("ADT^A01^ADT_A01", lambda desk, now: desk.admit(Stay("", patient.mrn, doctor_code, now)))

    def transfer(self, stay_no: str, doctor_code: str) -> Notice:
        """The patient is moved into another ward (ADT^A02)."""
        return self._of_stay("ADT^A02^ADT_A02", lambda desk, _: desk.transfer(stay_no, doctor_code))

    def cancel_admission(self, stay_no: str) -> Notice:
        """There was no such admission (ADT^A11)."""
        return self._of_stay("ADT^A11^ADT_A09", lambda desk, _: desk.cancel(stay_no))

    def charge_stay(self, stay_no: str, total_fen: int, insurance_fen: int = 0, account_fen: int = 0) -> Notice:
        """What the stay has come to so far (ADT^A08)."""
        shares = (total_fen, insurance_fen, account_fen)
        return self._of_stay("ADT^A08^ADT_A01", lambda desk, _: desk.charge(stay_no, *shares))

    def tell_stay(self, stay_no: str) -> Notice:
        """How the stay stands now, as after a deposit (ADT^A08); once it is settled, its settlement (BAR^P06)."""
        settled = self._books.admissions.get(stay_no).settlement_no
        return self._of_stay("BAR^P06^BAR_P06" if settled else "ADT^A08^ADT_A01", lambda desk, _: desk.get(stay_no))

    def discharge(self, stay_no: str) -> Notice:
        """The patient leaves (ADT^A03)."""
        return self._of_stay("ADT^A03^ADT_A03", lambda desk, now: desk.discharge(stay_no, now))

    def cancel_discharge(self, stay_no: str) -> Notice:
        """The patient has not left after all (ADT^A13)."""
        return self._of_stay("ADT^A13^ADT_A01", lambda desk, _: desk.discharge(stay_no, None))

    def settle_stay(self, stay_no: str) -> Notice:
        """The settlement is made (BAR^P06): what goes back of the deposits, or what they do not cover."""
        back = self._books.cashier.gone_back_fen
        return self._of_stay("BAR^P06^BAR_P06", lambda desk, now: desk.settle(stay_no, now, back(stay_no)))

    def correct_settlement(self, stay_no: str, total_fen: int, insurance_fen: int = 0) -> Notice:
        """The settlement is reckoned anew (BAR^P06): of what went back since, its surplus was what went back first."""
        back, surplus = self._books.cashier.gone_back_fen, self._books.cashier.surplus_fen

        def correct(desk: Admissions, now: datetime) -> Stay:
            stay = desk.get(stay_no)
            else_gone = max(0, back(stay_no) - stay.gone_back_fen - surplus(stay))
            return desk.correct(stay_no, now, stay.gone_back_fen + else_gone, total_fen, insurance_fen)

        return self._of_stay("BAR^P06^BAR_P06", correct)

    # --- laboratory and imaging

    def preliminary(
        self,
        mrn: str,
        visit_no: str,
        doctor_code: str,
        panel: Panel,
        values: Mapping[str, str],
        *,
        told_by: str = "ORU^R01",
        state: ReportState = ReportState.PRELIMINARY,
    ) -> Notice:
        """The first version of a report, told by ORU^R01 or by OUL^R24; `values` by the codes of the panel's tests."""
        now, written = self._clock.now(), tuple(values.items())
        report = Report("", "", mrn, visit_no, doctor_code, panel.code, written, state, now, now, told_by)
        with self._lock:
            report = self._books.laboratory.first(report)
        return self._of_report(report)

    def finalise(self, report_no: str, values: Mapping[str, str] | None = None) -> Notice:
        """The final version."""
        return self._version(report_no, ReportState.FINAL, values)

    def correct(self, report_no: str, values: Mapping[str, str]) -> Notice:
        """A version that corrects the final one."""
        return self._version(report_no, ReportState.CORRECTED, values)

    def cancel_report(self, report_no: str) -> Notice:
        """The report is taken back."""
        return self._version(report_no, ReportState.CANCELLED, None)

    def _version(self, report_no: str, state: ReportState, values: Mapping[str, str] | None) -> Notice:
        with self._lock:
            report = self._books.laboratory.next(report_no, state, values or {})
        return self._of_report(report)

    # --- wording

    def _of_visit(self, message_type: str, visit: Visit) -> Notice:
        pv1 = self._visit(visit.doctor_code, visit.visit_no, since=visit.registered_at)
        head = (notices.event(self._clock.now()), self._patient(visit.mrn), pv1)
        return Notice(visit.visit_no, self._word(message_type, *head), visit)

    def _of_bill(self, bill: Bill) -> Notice:
        parties, now = self._parties(bill.doctor_code), self._clock.now()
        wanted = bill.state is BillState.OPEN
        pv1 = self._visit(bill.doctor_code, bill.filler_id, window_only=bill.at_window)
        head, body = [self._patient(bill.mrn), pv1], notices.charges(bill, *parties, wanted=wanted)
        if bill.told_by == _ORM:
            body = notices.orders(bill, *parties, wanted=wanted, at=now)
        else:
            head.insert(0, notices.event(now))
        return Notice(bill.bill_no, self._word(_STRUCTURES[bill.told_by], *head, *body), bill)

    def _of_stay(self, message_type: str, act: Callable[[Admissions, datetime], Stay]) -> Notice:
        now = self._clock.now()
        with self._lock:
            stay = act(self._books.admissions, now)
            cashier = self._books.cashier
            sums = cashier.deposits_fen(stay.stay_no), cashier.surplus_fen(stay), cashier.due_fen(stay)
        parties = self._parties(stay.doctor_code)
        body = (notices.inpatient(stay, *parties), notices.account(stay, *sums))
        head = (notices.event(now), self._patient(stay.mrn))
        return Notice(stay.stay_no, self._word(message_type, *head, *body), stay)

    def _of_report(self, report: Report) -> Notice:
        panel = PANELS[report.panel_code]
        halves = notices.order_halves(report, panel, *self._parties(report.doctor_code))
        body = list(notices.findings(report, panel))
        if report.told_by == _OUL:
            halves = halves[::-1]
            body.append(notices.specimen(report))
        head = (self._patient(report.mrn), self._visit(report.doctor_code, report.visit_no))
        return Notice(report.report_no, self._word(_STRUCTURES[report.told_by], *head, *halves, *body), report)

    def _patient(self, mrn: str) -> SegmentText:
        return patient_segment(self._books.patients.get(mrn))

    def _parties(self, doctor_code: str) -> tuple[Doctor, Department]:
        return self._books.data.doctor(doctor_code), self._books.data.department_of(doctor_code)

    def _visit(
        self, doctor_code: str, visit_no: str, *, since: datetime | None = None, window_only: bool = False
    ) -> SegmentText:
        return notices.visit(*self._parties(doctor_code), visit_no, since=since, window_only=window_only)
