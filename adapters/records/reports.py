"""Reports out of records: one for each item or document, the report's own fields in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.documents import check_type, content_of
from adapters.errors import Malformed
from adapters.heard import Told
from adapters.news import AbnormalFlag, Document, Left, Observation, ReportIssued, ReportKind, ReportStatus
from adapters.records import Record
from adapters.records.conventions import Conventions
from adapters.records.directory import patient, person_name
from adapters.records.fields import Fields
from adapters.reported import TAKEN_BACK, flag_of, limits_of, status_of

WORDS = {"finding": "检查所见", "impression": "诊断意见"}
"""Fields of a report in words, and the names under which they are shown."""


def report(rows: Sequence[Record], conventions: Conventions) -> Told:
    """One version of a report; one whose state tells nothing yet is left."""
    lines = [Fields(row, conventions) for row in rows]
    head = lines[0]
    said = head.meaning("report_status", conventions.statuses) if "report_status" in rows[0] else None
    if "report_status" in rows[0] and said is None:
        return Left("report_status", "a report without a result so far")
    observations = [each for line, row in zip(lines, rows, strict=True) for each in _items(line, row, said)]
    status = status_of(said, [each.status for each in observations])
    if status is None:
        raise Malformed("report_status is missing")
    observations += _words(head, status)
    documents = [] if status in TAKEN_BACK else [each for line in lines for each in _documents(line)]
    if not observations and not documents and status not in TAKEN_BACK:
        raise Malformed("item_name is missing: a report without a result")
    return _issued(rows[0], head, status, tuple(observations), tuple(documents))


def _issued(
    row: Record,
    head: Fields,
    status: ReportStatus,
    observations: tuple[Observation, ...],
    documents: tuple[Document, ...],
) -> ReportIssued:
    kind = head.meaning("report_kind", head.conventions.report_kinds) if "report_kind" in row else ReportKind.LAB
    return ReportIssued(
        report_no=head.required_number("report_no"),
        placer_order_no=head.number("placer_order_no"),
        patient=patient(row, head.conventions),
        filler_id=head.number("filler_id"),
        kind=kind,
        title=head.required("title"),
        status=status,
        issued_at=head.required_instant("issued_at"),
        observed_at=head.instant("observed_at"),
        practitioner_code=head.number("practitioner_code"),
        practitioner_name=person_name(head.text("practitioner_name")),
        department_name=head.text("department_name"),
        observations=observations,
        documents=documents,
        comment=head.text("report_comment"),
    )


def _items(line: Fields, row: Record, report: ReportStatus | None) -> Iterator[Observation]:
    code, name = line.text("item_code"), line.text("item_name")
    if not code and not name:
        if line.text("value") or line.text("flag"):
            raise Malformed("item_name is missing")
        return
    status = line.meaning("item_status", line.conventions.item_statuses) if "item_status" in row else report
    if status is None and "item_status" not in row:
        raise Malformed("report_status is missing")
    if status is not None:
        yield _observation(line, code, name or code, status)


def _observation(line: Fields, code: str, name: str, status: ReportStatus) -> Observation:
    units, reference_range = line.text("units"), line.text("reference_range")
    low, high = line.text("low"), line.text("high")
    if not low and not high:
        low, high = limits_of(reference_range, units)
    return Observation(
        code=code,
        name=name,
        value=line.text("value"),
        units=units,
        reference_range=reference_range or (f"{low}-{high}" if low and high else ""),
        flag=_flag(line),
        status=status,
        low=low,
        high=high,
        part=line.text("part"),
        flag_written=line.text("flag"),
        comment=line.text("item_comment"),
    )


def _flag(line: Fields) -> AbnormalFlag:
    """By the laboratory's table. A code that nobody explained is Malformed: it might be the critical one."""
    critical = line.holds("critical")
    flags = line.conventions.flags
    code = line.text("flag")
    known = [flags[code]] if code in flags else []
    if code and not known and not critical:
        raise Malformed("flag holds a code that no table lists")
    return flag_of(known, critical=critical)


def _words(head: Fields, status: ReportStatus) -> Iterator[Observation]:
    for name, title in WORDS.items():
        if text := head.text(name):
            yield Observation(name.upper(), title, text, "", "", AbnormalFlag.NONE, status)


def _documents(line: Fields) -> Iterator[Document]:
    """A document that is only pointed at is kept as its pointer: to fetch it would let a row send us anywhere."""
    title = line.text("document_title") or line.text("title")
    content_type = line.text("document_type") or "application/pdf"
    if text := line.text("document"):
        content = content_of(text, line.conventions.document_encoding, "document", "document_encoding")
        check_type(content, content_type, "document", "document_type")
        yield Document(title, content_type, content)
    elif link := line.text("document_link"):
        yield Document(title, content_type, b"", link)
