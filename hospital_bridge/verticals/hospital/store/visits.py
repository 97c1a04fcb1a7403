"""Visits, each once by the hospital's own number, and the letters that lead a line's display numbers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from hospital_bridge.slot import holds
from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.store import record_holders, record_merges
from hospital_bridge.verticals.hospital.store.metadata import metadata
from hospital_bridge.verticals.hospital.visits.visit import Origin, Visit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from hospital_bridge.slot import VerticalWork

VISIT = Table(
    "hospital_visit",
    metadata,
    operator_column(),
    Column("visit_id", ID, primary_key=True),
    Column("filler_id", CODE, nullable=False),
    Column("registration_id", ID, nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("mrn_index", CODE, nullable=False),
    Column("document_index", CODE, nullable=False),
    Column("mrn", LargeBinary, nullable=False, info=holds("visit")),
    Column("name", LargeBinary, nullable=False, info=holds("visit")),
    Column("birth_date", LargeBinary, nullable=False, info=holds("visit")),
    Column("origin", CODE, nullable=False),
    Column("department_code", CODE, nullable=False),
    Column("department_name", String(120), nullable=False),
    Column("practitioner_code", CODE, nullable=False),
    Column("practitioner_name", String(120), nullable=False),
    Column("place", String(120), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("called_off", Boolean, nullable=False),
    Column("ticket_id", ID, nullable=False),
    Column("told_at", Instant),
    Column("version", Integer, nullable=False),
    UniqueConstraint("operator_id", "filler_id"),
)
Index(None, VISIT.c.operator_id, VISIT.c.mrn_index, VISIT.c.starts_at)
Index(None, VISIT.c.operator_id, VISIT.c.subject_id, VISIT.c.starts_at)
Index(None, VISIT.c.operator_id, VISIT.c.document_index, VISIT.c.starts_at)
Index(None, VISIT.c.operator_id, VISIT.c.starts_at)
Index(None, VISIT.c.operator_id, VISIT.c.ticket_id)

LINE_PREFIX = Table(
    "hospital_line_prefix",
    metadata,
    operator_column(),
    Column("line_id", CODE, primary_key=True),
    Column("number", Integer, nullable=False),
    UniqueConstraint("operator_id", "number"),
)

DOCUMENT = "document"
A_DAY = timedelta(days=1)

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which a board shows like 1 and 0."""


class NoSuchVisit(LookupError):
    """This operator has no such visit."""


def add(work: VerticalWork, visit: Visit, document: str = "") -> bool:
    """Keep a new visit; False when the hospital's number is known already, also since this instant.

    `document` is the person's ID number, by which they can check in; it is kept as a blind index alone.
    """
    visits = work.table(VISIT)
    if visits.of(VISIT.c.filler_id, visit.filler_id):
        return False
    is_read_ahead = visits.knows(VISIT.c.filler_id, visit.filler_id)
    if visit.subject_id == visit.visit_id:
        work.seal.welcome(visit.subject_id)
    row = {
        "visit_id": visit.visit_id,
        "filler_id": visit.filler_id,
        "registration_id": visit.registration_id,
        "subject_id": visit.subject_id,
        "mrn_index": work.seal.index(MRN, visit.mrn) if visit.mrn else visit.visit_id,
        "document_index": work.seal.index(DOCUMENT, document) if document else visit.visit_id,
        **_words(work, visit),
        "origin": visit.origin.value,
        "created_at": visit.created_at,
        "version": visit.version,
        **_changing(visit),
    }
    if not is_read_ahead:
        return bool(visits.add_new(**row))
    # Of several one may be told elsewhere since: then none of them is kept, and each is tried by itself.
    visits.add_later(**row)
    return True


def read_ahead(work: VerticalWork, filler_ids: Iterable[str]) -> None:
    """Read in one statement whether visits of these numbers are known."""
    work.table(VISIT).read_ahead(VISIT.c.filler_id, filler_ids)


def save(work: VerticalWork, visit: Visit) -> None:
    """Write back what can change, guarded by the version that was read."""
    work.table(VISIT).save(VISIT.c.visit_id == visit.visit_id, version=visit.version, **_changing(visit))


def get(work: VerticalWork, visit_id: str) -> Visit:
    """One visit; NoSuchVisit when this operator has none of that id."""
    return _only(work, VISIT.c.visit_id == visit_id)


def by_filler(work: VerticalWork, filler_id: str) -> Visit:
    """The visit of that number of the hospital's; NoSuchVisit."""
    return _only(work, VISIT.c.filler_id == filler_id)


def of_ticket(work: VerticalWork, ticket_id: str) -> Sequence[Visit]:
    """The visits that one place in a line is for, by time."""
    return _all(work, VISIT.c.ticket_id == ticket_id)


def by_number(work: VerticalWork, number: str, since: datetime, until: datetime) -> Sequence[Visit]:
    """The visits of a record number or an ID number that start in that time, by time."""
    by_record = VISIT.c.mrn_index.in_(record_merges.of_number(work, number).indexes)
    by_document = VISIT.c.document_index == work.seal.index(DOCUMENT, number)
    return _all(work, by_record | by_document, VISIT.c.starts_at >= since, VISIT.c.starts_at < until)


def between(work: VerticalWork, since: datetime, until: datetime) -> Sequence[Visit]:
    """Every visit that starts in that time, by time."""
    return _all(work, VISIT.c.starts_at >= since, VISIT.c.starts_at < until)


def of_person(work: VerticalWork, subject_id: str, since: datetime, until: datetime) -> Sequence[Visit]:
    """The visits of a person, under whichever of their record numbers, that start in that time, by time."""
    mine = _of(work, subject_id)
    return _all(work, mine, VISIT.c.starts_at >= since, VISIT.c.starts_at < until)


def of_same_record(work: VerticalWork, visit: Visit) -> Sequence[Visit]:
    """The other visits of the visit's record number that begin within a day of it, by time; none without a number."""
    if not visit.mrn:
        return []
    near = (VISIT.c.starts_at >= visit.starts_at - A_DAY, VISIT.c.starts_at <= visit.starts_at + A_DAY)
    same = VISIT.c.mrn_index.in_(record_merges.of_number(work, visit.mrn).indexes)
    return _all(work, same, *near, VISIT.c.visit_id != visit.visit_id)


def of_subject(work: VerticalWork, subject_id: str) -> Sequence[Visit]:
    """Every visit of one person, by time."""
    return _all(work, _of(work, subject_id))


def told_under(work: VerticalWork, mrn_index: str, subject_ids: Collection[str]) -> Sequence[Visit]:
    """The visits of these people that the hospital told under that number; what they registered here is their own."""
    told = (VISIT.c.mrn_index == mrn_index, VISIT.c.registration_id == "")
    return _all(work, VISIT.c.subject_id.in_(subject_ids), *told)


def rewrite(work: VerticalWork, visit: Visit) -> None:
    """Write back whose it is and under what name, guarded by the version that was read."""
    mine = VISIT.c.visit_id == visit.visit_id
    work.table(VISIT).save(mine, version=visit.version, subject_id=visit.subject_id, **_words(work, visit))


def forget_subject(work: VerticalWork, subject_id: str) -> None:
    """Drop name and record number; that somebody came stays, of nobody."""
    indexes = {"mrn_index": VISIT.c.visit_id, "document_index": VISIT.c.visit_id}
    nothing = {"mrn": b"", "name": b"", "birth_date": b"", **indexes}
    work.table(VISIT).change(_of(work, subject_id), **nothing)


def prefix_of(work: VerticalWork, line_id: str) -> str:
    """The letters that lead the line's display numbers, made at its first opening and never given to another."""
    prefixes = work.table(LINE_PREFIX)
    while True:
        known = prefixes.one(LINE_PREFIX.c.line_id == line_id)
        if known is not None:
            return _letters(known.number)
        try:
            with work.connection.begin_nested():
                prefixes.add(line_id=line_id, number=len(prefixes.all()))
        except IntegrityError:
            continue  # Another line took the number, or another process opened this one.


def _letters(number: int) -> str:
    high, low = divmod(number, len(_LETTERS))
    return (_letters(high - 1) if high else "") + _LETTERS[low]


def _of(work: VerticalWork, subject_id: str) -> ColumnElement[bool]:
    indexes = record_holders.own_indexes(work, subject_id)
    return (VISIT.c.subject_id == subject_id) | VISIT.c.mrn_index.in_(indexes)


def _only(work: VerticalWork, which: ColumnElement[bool]) -> Visit:
    row = work.table(VISIT).one(which)
    if row is None:
        raise NoSuchVisit
    return _read(work, row)


def _all(work: VerticalWork, *which: ColumnElement[bool]) -> Sequence[Visit]:
    return [_read(work, row) for row in work.table(VISIT).all(*which, order_by=(VISIT.c.starts_at, VISIT.c.visit_id))]


def _changing(visit: Visit) -> dict[str, Any]:
    return {
        "department_code": visit.department_code,
        "department_name": visit.department_name[:120],
        "practitioner_code": visit.practitioner_code,
        "practitioner_name": visit.practitioner_name[:120],
        "place": visit.place[:120],
        "starts_at": visit.starts_at,
        "called_off": visit.called_off,
        "ticket_id": visit.ticket_id,
        "told_at": visit.told_at,
    }


def _words(work: VerticalWork, visit: Visit) -> dict[str, Any]:
    born = visit.birth_date.isoformat() if visit.birth_date else ""
    words = {"mrn": visit.mrn, "name": visit.name, "birth_date": born}
    return {column: _sealed(work, visit, column, value) for column, value in words.items()}


def _sealed(work: VerticalWork, visit: Visit, column: str, value: str) -> bytes:
    return work.seal.seal(visit.subject_id, VISIT.name, column, visit.visit_id, value)


def _opened(work: VerticalWork, row: Row[Any], column: str) -> str:
    """The value; empty once the person was erased."""
    sealed = getattr(row, column)
    return work.seal.open(row.subject_id, VISIT.name, column, row.visit_id, sealed) if sealed else ""


def _read(work: VerticalWork, row: Row[Any]) -> Visit:
    born = _opened(work, row, "birth_date")
    return Visit(
        visit_id=row.visit_id,
        filler_id=row.filler_id,
        registration_id=row.registration_id,
        subject_id=row.subject_id,
        mrn=_opened(work, row, "mrn"),
        name=_opened(work, row, "name"),
        birth_date=date.fromisoformat(born) if born else None,
        origin=Origin(row.origin),
        department_code=row.department_code,
        department_name=row.department_name,
        practitioner_code=row.practitioner_code,
        practitioner_name=row.practitioner_name,
        place=row.place,
        starts_at=row.starts_at,
        created_at=row.created_at,
        called_off=row.called_off,
        ticket_id=row.ticket_id,
        told_at=row.told_at,
        version=row.version,
    )
