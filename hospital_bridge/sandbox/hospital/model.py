"""What the simulated hospital knows: frozen records, money in integer fen, aware instants."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from adapters.values import Department, EntryKind, Sex


@dataclass(frozen=True, slots=True)
class Doctor:
    """A practitioner; `service_code` is the level at which a visit is charged."""

    code: str
    name: str
    title: str
    department_code: str
    service_code: str


@dataclass(frozen=True, slots=True)
class Service:
    """A line of the price list."""

    code: str
    name: str
    price_fen: int


@dataclass(frozen=True, slots=True)
class Patient:
    """One entry of the patient index; one person may have several, each with its own `mrn`."""

    mrn: str
    name: str = field(repr=False)
    sex: Sex
    birth_date: date
    id_type: str
    id_number: str = field(repr=False)
    phone: str = field(default="", repr=False)


class MergeState(StrEnum):
    """Whether a number went up into another, is one more of the same person's, or somebody else's after all."""

    MERGED = "merged"
    LINKED = "linked"
    PARTED = "parted"


@dataclass(frozen=True, slots=True)
class Merge:
    """What the record office said of two record numbers; `survivor` stays in use whatever it said."""

    merge_no: str
    survivor: str
    other: str
    state: MergeState
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A quarter of a half-day's clinic with its capacity; `session_id` names doctor and start."""

    session_id: str
    doctor: Doctor
    starts_at: datetime
    ends_at: datetime
    capacity: int


class AppointmentStatus(StrEnum):
    """HL7 table 0278, the values that this hospital uses."""

    BOOKED = "Booked"
    CANCELLED = "Cancelled"


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booked place of a session; `placer_id` is the asker's number, `filler_id` the hospital's."""

    placer_id: str
    filler_id: str
    session_id: str
    mrn: str
    status: AppointmentStatus = AppointmentStatus.BOOKED


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that was registered at the window for the same hour, without an appointment."""

    visit_no: str
    mrn: str
    doctor_code: str
    registered_at: datetime
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay (住院) in the ward of its doctor's department; what it came to, and under which number it was settled.

    `gone_back_fen` is what of its deposits had gone back before.
    """

    stay_no: str
    mrn: str
    doctor_code: str
    admitted_at: datetime
    discharged_at: datetime | None = None
    cancelled: bool = False
    total_fen: int = 0
    insurance_fen: int = 0
    account_fen: int = 0
    settlement_no: str = ""
    settled_at: datetime | None = None
    gone_back_fen: int = 0

    @property
    def is_open(self) -> bool:
        """Whether deposits are taken onto it."""
        return not self.settlement_no and not self.cancelled

    @property
    def self_pay_fen(self) -> int:
        """What is left to the patient (自费)."""
        return self.total_fen - self.insurance_fen - self.account_fen


class BillState(StrEnum):
    """What the hospital still wants of a bill; that it was paid through us stands in the cashier's book."""

    OPEN = "open"
    SETTLED_AT_WINDOW = "settled_at_window"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class BillItem:
    """One charge of a bill."""

    code: str
    name: str
    quantity: int
    unit_fen: int
    insurance_fen: int = 0
    account_fen: int = 0

    @property
    def amount_fen(self) -> int:
        """What it costs, the shares of the insurance and of the personal account included."""
        return self.quantity * self.unit_fen


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill (待缴费) for what a doctor ordered at a visit; `at_window` only the hospital's own cashier can settle."""

    bill_no: str
    mrn: str
    filler_id: str
    doctor_code: str
    items: tuple[BillItem, ...]
    at_window: bool
    issued_at: datetime
    state: BillState = BillState.OPEN
    told_by: str = "DFT^P03"

    @property
    def total_fen(self) -> int:
        """What all of it costs."""
        return sum(item.amount_fen for item in self.items)

    @property
    def self_pay_fen(self) -> int:
        """What is left to the patient (自费)."""
        return self.total_fen - sum(item.insurance_fen + item.account_fen for item in self.items)


@dataclass(frozen=True, slots=True)
class BookEntry:
    """A posted payment or refund; `serial` is the asker's number, `bill_no` empty for a registration.

    With a `stay_no` it is a deposit onto that stay, or pays its settlement, whose number is the `bill_no`.
    `accounting_day` (ISO) is the open day on which the asker wants it, `refers_to` the serial that it takes back.
    """

    serial: str
    kind: EntryKind
    amount_fen: int
    receipt_no: str
    filler_id: str
    order_no: str
    trade_no: str
    occurred_at: datetime
    control_id: str
    bill_no: str = ""
    accounting_day: str = ""
    refers_to: str = ""
    stay_no: str = ""


class ReportState(StrEnum):
    """HL7 table 0123, the values that this hospital uses."""

    PRELIMINARY = "P"
    FINAL = "F"
    CORRECTED = "C"
    CANCELLED = "X"


@dataclass(frozen=True, slots=True)
class Report:
    """One version of a report; `values` are written as they were measured, by the code of the test."""

    report_no: str
    order_no: str
    mrn: str
    visit_no: str
    doctor_code: str
    panel_code: str
    values: tuple[tuple[str, str], ...] = field(repr=False)
    state: ReportState
    taken_at: datetime
    reported_at: datetime
    told_by: str = "ORU^R01"


@dataclass(frozen=True, slots=True)
class HospitalData:
    """What the hospital starts with."""

    departments: tuple[Department, ...]
    doctors: tuple[Doctor, ...]
    services: tuple[Service, ...]
    patients: tuple[Patient, ...]

    def doctor(self, code: str) -> Doctor:
        """The doctor of that code; LookupError where there is none."""
        return {doctor.code: doctor for doctor in self.doctors}[code]

    def department_of(self, doctor_code: str) -> Department:
        """Where that doctor works."""
        wanted = self.doctor(doctor_code).department_code
        return next(department for department in self.departments if department.code == wanted)


class Declined(Exception):
    """The hospital's business no: its own code and a text without personal data."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
