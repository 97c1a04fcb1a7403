"""What a hospital tells unasked: one frozen value for each kind of news, whatever system it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from adapters.errors import Malformed
from adapters.stays import StayTold
from adapters.values import Fen, Identifier, PatientRecord

# --- patients ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordsMerged:
    """Record numbers (病案号) of one patient became one: whatever stood under `retired` stands under the survivor's.

    The hospital sends nothing under a retired number any more. Where it only linked them, all of them stay `in_use`.
    Of two words about one number the later by `told_at` holds, in whatever order they come.
    """

    survivor: PatientRecord
    retired: tuple[Identifier, ...]
    told_at: datetime
    in_use: bool = False


@dataclass(frozen=True, slots=True)
class RecordsUnmerged:
    """A merge or a link was undone: `parted` are the numbers of somebody other than the survivor, as they were before.

    What came under the survivor's own number in the meantime stays the survivor's.
    """

    survivor: PatientRecord
    parted: tuple[Identifier, ...]
    told_at: datetime


@dataclass(frozen=True, slots=True)
class PatientUpdated:
    """What the hospital knows of a patient changed, such as a name that was written wrong.

    What the record lacks stays as it was, but a birth date that was deleted (`birth_date_cleared`) counts no more.
    """

    patient: PatientRecord
    told_at: datetime
    birth_date_cleared: bool = False


# --- visits -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AppointmentCalledOff:
    """The hospital cancelled an appointment itself (停诊); `placer_id` is ours, empty where another booked it."""

    placer_id: str
    filler_id: str


@dataclass(frozen=True, slots=True)
class VisitRegistered:
    """A visit stands at the hospital, wherever it was registered: at the window, on another channel or here.

    `placer_id` is ours where it was booked here. A visit of unknown end has `ends_at` None: nobody made an appointment,
    somebody is there. `told_at` is when the hospital said so, None where that is not known.
    """

    filler_id: str
    placer_id: str
    patient: PatientRecord
    department_code: str
    department_name: str
    practitioner_code: str
    practitioner_name: str
    place: str
    starts_at: datetime
    ends_at: datetime | None
    told_at: datetime | None = None


# --- bills ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChargeItem:
    """One line of a bill (收费项目); `amount_fen` is 0 where the hospital priced the bill only as a whole."""

    code: str
    name: str
    quantity: str
    amount_fen: Fen
    priced: bool = True


@dataclass(frozen=True, slots=True)
class BillIssued:
    """A bill (待缴费) that the hospital wants paid; a later one of the same number replaces it.

    `insurance_fen` (统筹), `account_fen` (个人账户, settled there too) and `self_pay_fen` (自费) add up to
    `total_fen`; the account is within the insurance's share where a hospital does not tell it apart. `at_window` says
    that it can only be settled at the hospital's window, such as one that an insurance must settle.
    """

    bill_no: str
    patient: PatientRecord
    filler_id: str
    department_name: str
    practitioner_name: str
    items: tuple[ChargeItem, ...]
    total_fen: Fen
    insurance_fen: Fen
    account_fen: Fen
    self_pay_fen: Fen
    at_window: bool
    issued_at: datetime

    def __post_init__(self) -> None:
        """Malformed where the shares are not the whole, whatever system told them."""
        shares = (self.insurance_fen, self.account_fen, self.self_pay_fen)
        if sum(shares) != self.total_fen or min(shares) < 0:
            raise Malformed("the shares of a bill do not add up to its total")


@dataclass(frozen=True, slots=True)
class BillWithdrawn:
    """The hospital wants nothing for that bill any more: cancelled, or settled elsewhere."""

    bill_no: str
    patient: PatientRecord
    withdrawn_at: datetime


# --- results ----------------------------------------------------------------


class ReportStatus(StrEnum):
    """How firm a report is (HL7 table 0123 in our words); ENTERED_IN_ERROR and CANCELLED take its values back."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered_in_error"


class ReportKind(StrEnum):
    """LAB: measured values (检验). IMAGING: findings in words, often with a document (检查)."""

    LAB = "lab"
    IMAGING = "imaging"


class AbnormalFlag(StrEnum):
    """What the laboratory says of a value (OBX-8, HL7 table 0078) in our words; NONE where it says nothing."""

    NONE = "none"
    NORMAL = "normal"
    LOW = "low"
    HIGH = "high"
    CRITICAL_LOW = "critical_low"
    CRITICAL_HIGH = "critical_high"
    ABNORMAL = "abnormal"
    CRITICAL = "critical"
    POSITIVE = "positive"
    NEGATIVE = "negative"


CRITICAL_FLAGS = frozenset({AbnormalFlag.CRITICAL_LOW, AbnormalFlag.CRITICAL_HIGH, AbnormalFlag.CRITICAL})


@dataclass(frozen=True, slots=True)
class Observation:
    """One item of a report (检验项目) as it was written; `low` and `high` only where the range is two numbers.

    `part` tells items of one code apart (OBX-4); `flag_written` is the laboratory's own flag, whatever it means;
    `comment` is what it added in words.
    """

    code: str
    name: str
    value: str = field(repr=False)
    units: str
    reference_range: str
    flag: AbnormalFlag
    status: ReportStatus
    low: str = ""
    high: str = ""
    part: str = ""
    flag_written: str = ""
    comment: str = field(default="", repr=False)

    @property
    def is_critical(self) -> bool:
        """Whether somebody must act on it at once (危急值)."""
        return self.flag in CRITICAL_FLAGS


@dataclass(frozen=True, slots=True)
class Document:
    """A document that came with a report, such as a PDF.

    One that was only pointed at has no `content` but the `link` as it was written: an address inside the hospital,
    which this software never fetches and which is nothing for a patient's page.
    """

    title: str
    content_type: str
    content: bytes = field(repr=False)
    link: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ReportIssued:
    """One version of a report (报告): the same `report_no` again is a later or an earlier version of it.

    Versions are ordered by `issued_at`, when the hospital reported it, and never by their arrival. The practitioner
    is who ordered it. `comment` belongs to the report as a whole.
    """

    report_no: str
    placer_order_no: str
    patient: PatientRecord
    filler_id: str
    kind: ReportKind
    title: str
    status: ReportStatus
    issued_at: datetime
    observed_at: datetime | None
    practitioner_code: str
    practitioner_name: str
    department_name: str
    observations: tuple[Observation, ...]
    documents: tuple[Document, ...] = ()
    comment: str = field(default="", repr=False)

    @property
    def is_critical(self) -> bool:
        """Whether some value of it is critical."""
        return any(observation.is_critical for observation in self.observations)


@dataclass(frozen=True, slots=True)
class ReportReplaced:
    """The report `report_no` stands in the place of another: what is told of it is a version of that one."""

    report_no: str
    replaces: str
    patient: PatientRecord
    told_at: datetime


# --- what a message tells -------------------------------------------------------

News = (
    RecordsMerged
    | RecordsUnmerged
    | PatientUpdated
    | AppointmentCalledOff
    | VisitRegistered
    | BillIssued
    | BillWithdrawn
    | ReportIssued
    | ReportReplaced
    | StayTold
)


@dataclass(frozen=True, slots=True)
class Left:
    """A part of a message that was read and is no news: its place, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A filled place of a message that nothing reads."""

    place: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Preview:
    """A message for the person who writes the map: its news, what was left by name, and what nothing reads."""

    news: Sequence[News]
    left: Sequence[Left]
    unread: Sequence[Unread]
