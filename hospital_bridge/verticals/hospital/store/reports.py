"""Reports and their versions: a version is never changed and never deleted, and the newest of them stands.

What is clinical is sealed under the person's key; numbers, states and times of issue lie open.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint, false

from hospital_bridge.slot import holds
from hospital_bridge.store.metadata import APPEND_ONLY, CODE, ID, Instant, belongs_to, operator_column
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.results.documents import looked_at
from hospital_bridge.verticals.hospital.results.version import Place, Report, Version, place_of
from hospital_bridge.verticals.hospital.results.writing import (
    fingerprint,
    read_told,
    read_version,
    write_patient,
    write_version,
)
from hospital_bridge.verticals.hospital.store import replaced_reports, report_looks
from hospital_bridge.verticals.hospital.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from adapters.news import ReportIssued
    from hospital_bridge.slot import VerticalWork

REPORT = Table(
    "hospital_report",
    metadata,
    operator_column(),
    Column("report_id", ID, primary_key=True),
    Column("report_no", String(120), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("newest_id", String(32), nullable=False),
    Column("newest_at", Instant, nullable=False),
    Column("moved", Boolean, nullable=False),
    Column("seen_id", String(32), nullable=False),
    Column("seen_by", String(120), nullable=False),
    Column("seen_at", Instant),
    Column("version", Integer, nullable=False),
    Column("parted", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("operator_id", "report_no", "subject_id"),
)
Index(None, REPORT.c.operator_id, REPORT.c.subject_id, REPORT.c.newest_at)

REPORT_VERSION = Table(
    "hospital_report_version",
    metadata,
    operator_column(),
    Column("version_id", ID, primary_key=True),
    Column("report_id", ID, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("firmness", Integer, nullable=False),
    Column("content_index", CODE, nullable=False),
    Column("told", LargeBinary, nullable=False, info=holds("report")),
    Column("received_at", Instant, nullable=False),
    Column("number_index", CODE),
    Column("patient", LargeBinary, info=holds("report")),
    belongs_to("hospital_report", "report_id"),
    UniqueConstraint("operator_id", "report_id", "content_index"),
    info=APPEND_ONLY,
)
Index(None, REPORT_VERSION.c.operator_id, REPORT_VERSION.c.number_index)

REPORT_DOCUMENT = Table(
    "hospital_report_document",
    metadata,
    operator_column(),
    Column("version_id", ID, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False, info=holds("report")),
    belongs_to("hospital_report_version", "version_id"),
)

NEWEST_FIRST = (
    REPORT_VERSION.c.issued_at.desc(),
    REPORT_VERSION.c.firmness.desc(),
    REPORT_VERSION.c.content_index.desc(),
)


class NoSuchReport(LookupError):
    """This operator has no report of that id, or it is not for this reader."""


def content_index(work: VerticalWork, issued: ReportIssued) -> str:
    """The blind index of what a version says, by which the same one is known again."""
    return work.seal.index("report version", fingerprint(issued))


def keep(work: VerticalWork, subject_id: str, issued: ReportIssued) -> str | None:
    """Keep one version of a report of that person; its report id, or None where this version was kept before.

    A report that a parting took from them is theirs again.
    """
    report_id = _report_of(work, subject_id, issued)
    was_parted = work.table(REPORT).change(REPORT.c.report_id == report_id, REPORT.c.parted, parted=False) > 0
    versions, index = work.table(REPORT_VERSION), content_index(work, issued)
    if versions.one(REPORT_VERSION.c.report_id == report_id, REPORT_VERSION.c.content_index == index):
        return report_id if was_parted else None
    version_id, place = work.ids.new(), place_of(issued.status, issued.issued_at, index)
    documents = [looked_at(number, each) for number, each in enumerate(issued.documents, 1)]
    versions.add(
        version_id=version_id,
        report_id=report_id,
        issued_at=place.issued_at,
        firmness=place.firmness,
        content_index=index,
        told=work.seal.seal(subject_id, *_told_in(version_id), write_version(issued, documents)),
        received_at=work.now,
        number_index=work.seal.index(MRN, issued.patient.first(MRN) or ""),
        patient=work.seal.seal(subject_id, *_patient_in(version_id), write_patient(issued.patient)),
    )
    for document in documents:
        if not document.fault:
            content = issued.documents[document.number - 1].content
            sealed = work.seal.seal_bytes(subject_id, *_content_in(version_id, document.number), content)
            work.table(REPORT_DOCUMENT).add(version_id=version_id, number=document.number, content=sealed)
    return report_id


def _report_of(work: VerticalWork, subject_id: str, issued: ReportIssued) -> str:
    """The id of the person's report of that number, locked so that two versions at one instant follow each other."""
    reports = work.table(REPORT)
    known = reports.one(REPORT.c.report_no == issued.report_no, REPORT.c.subject_id == subject_id, lock=True)
    if known is not None:
        return str(known.report_id)
    report_id: str = work.ids.new()
    reports.add(
        report_id=report_id,
        report_no=issued.report_no,
        subject_id=subject_id,
        newest_id="",
        newest_at=issued.issued_at,
        moved=False,
        seen_id="",
        seen_by="",
        seen_at=None,
        version=1,
    )
    return report_id


def newest_of(work: VerticalWork, report_id: str) -> tuple[str, Place]:
    """The id and the place of a report's newest version."""
    row = work.table(REPORT_VERSION).all(REPORT_VERSION.c.report_id == report_id, order_by=NEWEST_FIRST, limit=1)[0]
    return row.version_id, Place(row.issued_at, row.firmness, row.content_index)


def settle(work: VerticalWork, report: Report, newest_id: str, newest_at: datetime, *, moved: bool) -> None:
    """Write which version stands, and whether the report went to somebody else."""
    mine = REPORT.c.report_id == report.report_id
    work.table(REPORT).save(mine, version=report.version, newest_id=newest_id, newest_at=newest_at, moved=moved)


def part(work: VerticalWork, report: Report) -> None:
    """The report is that person's no more."""
    work.table(REPORT).change(REPORT.c.report_id == report.report_id, parted=True)


def told_under(work: VerticalWork, number_index: str, subject_ids: Collection[str]) -> Sequence[Report]:
    """The reports of these people whose newest version the hospital told under that number."""
    told = [row.version_id for row in work.table(REPORT_VERSION).all(REPORT_VERSION.c.number_index == number_index)]
    theirs = (REPORT.c.newest_id.in_(told), REPORT.c.subject_id.in_(subject_ids))
    return [_read(row) for row in work.table(REPORT).all(*theirs, order_by=[REPORT.c.report_id])]


def told(work: VerticalWork, report: Report, version_id: str) -> ReportIssued:
    """What the hospital said in that version, whole; NoSuchReport where it was kept before that was kept."""
    row = work.table(REPORT_VERSION).one(REPORT_VERSION.c.version_id == version_id)
    if row is None or row.patient is None:
        raise NoSuchReport(version_id)
    contents = {
        each.number: work.seal.open_bytes(report.subject_id, *_content_in(version_id, each.number), each.content)
        for each in work.table(REPORT_DOCUMENT).all(REPORT_DOCUMENT.c.version_id == version_id)
    }
    told_ = work.seal.open(report.subject_id, *_told_in(version_id), row.told)
    patient = work.seal.open(report.subject_id, *_patient_in(version_id), row.patient)
    return read_told(told_, patient, contents)


def mark_seen(work: VerticalWork, report: Report, by: str) -> None:
    """A doctor has looked at the version that stands; who looked first stays on record."""
    if report.is_seen:
        return
    mine = REPORT.c.report_id == report.report_id
    work.table(REPORT).save(mine, version=report.version, seen_id=report.newest_id, seen_by=by, seen_at=work.now)


def get(work: VerticalWork, report_id: str) -> Report:
    """One report; NoSuchReport when this operator has none of that id."""
    row = work.table(REPORT).one(REPORT.c.report_id == report_id, REPORT.c.newest_id != "")
    if row is None:
        raise NoSuchReport(report_id)
    return _read(row)


def of_number(work: VerticalWork, report_no: str) -> Sequence[Report]:
    """The reports of that number: more than one where versions of it named different people."""
    # Sorted here: for that order SQLite would read all reports, by the index that has it.
    rows = work.table(REPORT).all(REPORT.c.report_no == report_no)
    return [_read(row) for row in sorted(rows, key=attrgetter("report_id"))]


def of_subject(work: VerticalWork, subject_id: str, limit: int | None = None) -> Sequence[Report]:
    """The person's reports, newest first."""
    mine = (REPORT.c.subject_id == subject_id, REPORT.c.newest_id != "")
    newest = (REPORT.c.newest_at.desc(), REPORT.c.report_id.desc())
    return [_read(row) for row in work.table(REPORT).all(*mine, order_by=newest, limit=limit)]


def version(work: VerticalWork, report: Report, version_id: str) -> Version:
    """One version, opened; NoSuchReport when the report has none of that id."""
    mine = (REPORT_VERSION.c.report_id == report.report_id, REPORT_VERSION.c.version_id == version_id)
    row = work.table(REPORT_VERSION).one(*mine)
    if row is None:
        raise NoSuchReport(version_id)
    return _opened(work, report, row)


def history(work: VerticalWork, report: Report) -> Sequence[Version]:
    """Every version of the report, newest first, opened."""
    rows = work.table(REPORT_VERSION).all(REPORT_VERSION.c.report_id == report.report_id, order_by=NEWEST_FIRST)
    return [_opened(work, report, row) for row in rows]


def document(work: VerticalWork, subject_id: str, version_id: str, number: int) -> bytes:
    """The content of a document; NoSuchReport where none was kept."""
    key = (REPORT_DOCUMENT.c.version_id == version_id, REPORT_DOCUMENT.c.number == number)
    row = work.table(REPORT_DOCUMENT).one(*key)
    if row is None:
        raise NoSuchReport(version_id)
    return work.seal.open_bytes(subject_id, *_content_in(version_id, number), row.content)


def forget_subject(work: VerticalWork, subject_id: str) -> None:
    """Drop the person's documents and report numbers; the versions stay, of nobody, once their key is destroyed."""
    for report in of_subject(work, subject_id):
        report_looks.end(work, report.report_id)
        replaced_reports.forget(work, report.report_no)
        forgotten = {"report_no": report.report_id, "newest_id": ""}
        work.table(REPORT).change(REPORT.c.report_id == report.report_id, **forgotten)
        for row in work.table(REPORT_VERSION).all(REPORT_VERSION.c.report_id == report.report_id):
            work.table(REPORT_DOCUMENT).remove(REPORT_DOCUMENT.c.version_id == row.version_id)


def _opened(work: VerticalWork, report: Report, row: Row[Any]) -> Version:
    told = read_version(work.seal.open(report.subject_id, *_told_in(row.version_id), row.told))
    return Version(
        version_id=row.version_id,
        report_id=report.report_id,
        subject_id=report.subject_id,
        received_at=row.received_at,
        **told,
    )


def _told_in(version_id: str) -> tuple[str, str, str]:
    return REPORT_VERSION.name, "told", version_id


def _patient_in(version_id: str) -> tuple[str, str, str]:
    return REPORT_VERSION.name, "patient", version_id


def _content_in(version_id: str, number: int) -> tuple[str, str, str]:
    return REPORT_DOCUMENT.name, "content", f"{version_id}/{number}"


def _read(row: Row[Any]) -> Report:
    return Report(
        report_id=row.report_id,
        report_no=row.report_no,
        subject_id=row.subject_id,
        newest_id=row.newest_id,
        moved=row.moved,
        seen_id=row.seen_id,
        seen_at=row.seen_at,
        version=row.version,
        parted=row.parted,
    )
