"""Reports of which nobody knows whose they are: kept whole under the operator's key until a person has decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from hospital_bridge.slot import holds
from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.results.matching import Doubt, folded_name
from hospital_bridge.verticals.hospital.results.version import Place, place_of
from hospital_bridge.verticals.hospital.results.writing import read_whole, write_whole
from hospital_bridge.verticals.hospital.store.metadata import metadata
from hospital_bridge.verticals.hospital.store.reports import content_index

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Row

    from adapters.news import ReportIssued
    from hospital_bridge.slot import VerticalWork

PARKED_REPORT = Table(
    "hospital_parked_report",
    metadata,
    operator_column(),
    Column("parked_id", ID, primary_key=True),
    Column("report_no", String(120), nullable=False),
    Column("content_index", CODE, nullable=False),
    Column("patient_index", CODE, nullable=False),
    Column("number_index", CODE, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("firmness", Integer, nullable=False),
    Column("critical", Boolean, nullable=False),
    Column("doubt", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("told", LargeBinary, nullable=False, info=holds("report of nobody here")),
    Column("received_at", Instant, nullable=False),
    Column("subject_id", String(32), nullable=False),
    Column("decided_by", String(120), nullable=False),
    Column("decided_at", Instant),
    Column("version", Integer, nullable=False),
    UniqueConstraint("operator_id", "report_no", "content_index"),
)
Index(None, PARKED_REPORT.c.operator_id, PARKED_REPORT.c.state, PARKED_REPORT.c.received_at)
Index("ix_hospital_parked_report_number", PARKED_REPORT.c.operator_id, PARKED_REPORT.c.number_index)


class State(StrEnum):
    """Where a parked report stands."""

    WAITING = "waiting"
    MATCHED = "matched"
    REFUSED = "refused"


class Event(StrEnum):
    """What can happen to a parked report."""

    MATCH = "match"
    REFUSE = "refuse"
    PART = "part"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.WAITING, Event.MATCH): State.MATCHED,
    (State.WAITING, Event.REFUSE): State.REFUSED,
    (State.MATCHED, Event.PART): State.WAITING,
}


# Nothing of the state, here and where a number is asked for: SQLite would read all that have it, by its index.
_DECIDED = (PARKED_REPORT.c.decided_by != "",)


class NoSuchParkedReport(LookupError):
    """This operator has no parked report of that id, or it is decided."""


@dataclass(frozen=True, slots=True)
class ParkedReport:
    """One parked version of a report; `subject_id` is whose it is once that was decided."""

    parked_id: str
    report_no: str
    place: Place
    critical: bool
    doubt: Doubt
    state: State
    received_at: datetime
    subject_id: str
    version: int


def park(work: VerticalWork, issued: ReportIssued, doubt: Doubt) -> str:
    """Keep a report of which it is not known whose it is; its new id, empty where this version was parked before."""
    index = content_index(work, issued)
    parked_id: str = work.ids.new()
    place = place_of(issued.status, issued.issued_at, index)
    is_new = work.table(PARKED_REPORT).add_new(
        parked_id=parked_id,
        report_no=issued.report_no,
        content_index=index,
        patient_index=_patient_index(work, issued),
        number_index=number_index(work, issued.patient.first(MRN) or ""),
        issued_at=place.issued_at,
        firmness=place.firmness,
        critical=issued.is_critical,
        doubt=doubt.value,
        state=State.WAITING.value,
        told=work.seal.seal_own(*_told_in(parked_id), write_whole(issued).encode()),
        received_at=work.now,
        subject_id="",
        decided_by="",
        decided_at=None,
        version=1,
    )
    return parked_id if is_new else ""


def park_again(work: VerticalWork, issued: ReportIssued, doubt: Doubt) -> None:
    """A version that had found its person by a merge which was undone waits again."""
    index = content_index(work, issued)
    row = work.table(PARKED_REPORT).one(*_version(issued, index), lock=True)
    if row is None:
        park(work, issued, doubt)
        return
    work.table(PARKED_REPORT).save(
        PARKED_REPORT.c.parked_id == row.parked_id,
        version=row.version,
        state=TRANSITIONS[State(row.state), Event.PART].value,
        doubt=doubt.value,
        told=work.seal.seal_own(*_told_in(row.parked_id), write_whole(issued).encode()),
        received_at=work.now,
        subject_id="",
        decided_at=None,
    )


def number_index(work: VerticalWork, mrn: str) -> str:
    """The blind index of a record number."""
    return work.seal.index(MRN, mrn)


def decided_for(work: VerticalWork, issued: ReportIssued) -> str:
    """The subject to whom a person gave an earlier version of this very report of this very patient; or empty."""
    decided = work.table(PARKED_REPORT).of(PARKED_REPORT.c.report_no, issued.report_no, *_DECIDED)
    found = State.MATCHED.value, _patient_index(work, issued)
    same = [row for row in decided if (row.state, row.patient_index) == found]
    return str(max(same, key=attrgetter("decided_at")).subject_id) if same else ""


def read_ahead(work: VerticalWork, numbers: Iterable[str]) -> None:
    """Read in one statement what `decided_for` will be asked for of these report numbers."""
    work.table(PARKED_REPORT).read_ahead(PARKED_REPORT.c.report_no, numbers, *_DECIDED)


def decide(work: VerticalWork, parked: ParkedReport, event: Event, *, subject_id: str = "", by: str = "") -> None:
    """End the waiting; the content goes, for it stands in the person's own report or is refused."""
    try:
        state = TRANSITIONS[parked.state, event]
    except KeyError:
        raise NoSuchParkedReport(parked.parked_id) from None
    work.table(PARKED_REPORT).save(
        PARKED_REPORT.c.parked_id == parked.parked_id,
        version=parked.version,
        state=state.value,
        told=b"",
        subject_id=subject_id,
        decided_by=by,
        decided_at=work.now,
    )


def waiting(work: VerticalWork, limit: int) -> Sequence[ParkedReport]:
    """What waits for a person: critical values first, then what somebody of ours may be meant by, newest first."""
    unknown = PARKED_REPORT.c.doubt == Doubt.UNKNOWN_PATIENT.value
    order = (PARKED_REPORT.c.critical.desc(), unknown.asc(), PARKED_REPORT.c.received_at.desc())
    return [_read(row) for row in work.table(PARKED_REPORT).all(_waits(), order_by=order, limit=limit)]


def count_critical(work: VerticalWork) -> int:
    """How many waiting ones hold a critical value."""
    return len(work.table(PARKED_REPORT).all(_waits(), PARKED_REPORT.c.critical))


def waiting_of_number(work: VerticalWork, report_no: str) -> Sequence[ParkedReport]:
    """The waiting versions of the report of that number."""
    rows = work.table(PARKED_REPORT).all(PARKED_REPORT.c.report_no == report_no)
    return [_read(row) for row in rows if row.state == State.WAITING]


def waiting_for(work: VerticalWork, indexes: Collection[str]) -> Sequence[ParkedReport]:
    """The waiting versions that name one of the record numbers of these blind indexes, oldest first."""
    rows = work.table(PARKED_REPORT).all(PARKED_REPORT.c.number_index.in_(indexes))
    return [_read(row) for row in sorted(rows, key=attrgetter("parked_id")) if row.state == State.WAITING]


def get(work: VerticalWork, parked_id: str) -> ParkedReport:
    """One that waits; NoSuchParkedReport otherwise."""
    row = work.table(PARKED_REPORT).one(_waits(), PARKED_REPORT.c.parked_id == parked_id, lock=True)
    if row is None:
        raise NoSuchParkedReport(parked_id)
    return _read(row)


def told(work: VerticalWork, parked: ParkedReport) -> ReportIssued:
    """What the hospital said, whole."""
    row = work.table(PARKED_REPORT).one(PARKED_REPORT.c.parked_id == parked.parked_id)
    if row is None or not row.told:
        raise NoSuchParkedReport(parked.parked_id)
    return read_whole(work.seal.open_own(*_told_in(parked.parked_id), row.told).decode())


def forget_before(work: VerticalWork, instant: datetime) -> set[str]:
    """Drop what has waited since before that instant; the report numbers that it named."""
    old = (_waits(), PARKED_REPORT.c.received_at < instant)
    numbers = {row.report_no for row in work.table(PARKED_REPORT).all(*old)}
    work.table(PARKED_REPORT).remove(*old)
    return numbers


def forget_subject(work: VerticalWork, subject_id: str, mrns: Sequence[str]) -> None:
    """Drop what waits under the person's record numbers, and whom earlier decisions named."""
    for mrn in mrns:
        work.table(PARKED_REPORT).remove(_waits(), PARKED_REPORT.c.number_index == number_index(work, mrn))
    work.table(PARKED_REPORT).remove(PARKED_REPORT.c.subject_id == subject_id)


def _version(issued: ReportIssued, index: str) -> tuple[Any, ...]:
    return PARKED_REPORT.c.report_no == issued.report_no, PARKED_REPORT.c.content_index == index


def _waits() -> Any:
    return PARKED_REPORT.c.state == State.WAITING.value


def _patient_index(work: VerticalWork, issued: ReportIssued) -> str:
    """The blind index of the patient as the message names them: every number, and the name."""
    numbers = sorted(f"{each.system}={each.value}" for each in issued.patient.identifiers)
    return work.seal.index("patient", "\x1f".join([*numbers, folded_name(issued.patient.name)]))


def _told_in(parked_id: str) -> tuple[str, str, str]:
    return PARKED_REPORT.name, "told", parked_id


def _read(row: Row[Any]) -> ParkedReport:
    return ParkedReport(
        parked_id=row.parked_id,
        report_no=row.report_no,
        place=Place(row.issued_at, row.firmness, row.content_index),
        critical=row.critical,
        doubt=Doubt(row.doubt),
        state=State(row.state),
        received_at=row.received_at,
        subject_id=row.subject_id,
        version=row.version,
    )
