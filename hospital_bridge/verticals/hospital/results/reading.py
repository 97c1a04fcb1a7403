"""What a patient reads of their reports: the version that stands, unless a doctor is to speak with them first.

Each look leaves an access record: who, when, which version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adapters.news import ReportStatus
from hospital_bridge.verticals.hospital.results import rights
from hospital_bridge.verticals.hospital.store import critical_values, reports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from adapters.news import Observation
    from hospital_bridge.slot import Scope, VerticalWork
    from hospital_bridge.verticals.hospital.results.version import KeptDocument, Report, Version

LISTED = 50


class Word(StrEnum):
    """How a report stands for its patient; HELD shows no value until a doctor has spoken with them."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    CORRECTED = "corrected"
    TAKEN_BACK = "taken_back"
    HELD = "held"


_WORDS = {
    ReportStatus.PRELIMINARY: Word.PRELIMINARY,
    ReportStatus.FINAL: Word.FINAL,
    ReportStatus.CORRECTED: Word.CORRECTED,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as its patient sees it; values, documents and comment are empty where they must not be read."""

    report: Report
    word: Word
    title: str = field(repr=False)
    kind: str
    filler_id: str
    told_at: datetime
    issued_at: datetime
    department_name: str
    practitioner_name: str
    values: tuple[Observation, ...] = field(repr=False)
    documents: tuple[KeptDocument, ...]
    comment: str = field(default="", repr=False)

    @property
    def is_seen(self) -> bool:
        """Whether a doctor has looked at what stands."""
        return self.report.is_seen


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A PDF with the name under which it is saved."""

    name: str
    content: bytes = field(repr=False)


def list_reports(scope: Scope, wallet_user_id: str, subject_id: str) -> Sequence[Shown]:
    """The newest reports of the person, at most 50; none for a wallet user who may not read them."""
    with scope.begin() as work:
        if not rights.may_read(work, wallet_user_id, subject_id):
            return []
        work.audit.record(wallet_user_id, "reports.listed", subject_id)
        return [shown_to_patient(work, each) for each in reports.of_subject(work, subject_id, LISTED)]


def open_report(scope: Scope, wallet_user_id: str, report_id: str) -> Shown:
    """One report as it stands; NoSuchReport where the wallet user may not read it."""
    with scope.begin() as work:
        report = readable(work, wallet_user_id, report_id)
        _leave_record(work, wallet_user_id, "report.read", report)
        return shown_to_patient(work, report)


def open_document(scope: Scope, wallet_user_id: str, report_id: str, number: int) -> OpenedDocument:
    """The PDF of that number of the version that stands; NoSuchReport where there is none to read."""
    with scope.begin() as work:
        report = readable(work, wallet_user_id, report_id)
        offered = shown_to_patient(work, report).documents
        if all(each.number != number or each.fault for each in offered):
            raise reports.NoSuchReport(report_id)
        _leave_record(work, wallet_user_id, "report.document_read", report)
        content = reports.document(work, report.subject_id, report.newest_id, number)
        return OpenedDocument(f"report-{report.report_no}-{number}.pdf", content)


def readable(work: VerticalWork, wallet_user_id: str, report_id: str) -> Report:
    """The report if the wallet user may read it; others are told that there is none."""
    report = reports.get(work, report_id)
    if not rights.may_read(work, wallet_user_id, report.subject_id):
        raise reports.NoSuchReport(report_id)
    return report


def shown_to_patient(work: VerticalWork, report: Report) -> Shown:
    """What the patient may see of it now."""
    newest = reports.version(work, report, report.newest_id)
    word = _word(work, report, newest)
    is_open = word not in (Word.TAKEN_BACK, Word.HELD)
    return Shown(
        report=report,
        word=word,
        title=newest.title,
        kind=newest.kind.value,
        filler_id=newest.filler_id,
        told_at=newest.told_at,
        issued_at=newest.issued_at,
        department_name=newest.department_name,
        practitioner_name=newest.practitioner_name,
        values=newest.standing if is_open else (),
        documents=newest.documents if is_open else (),
        comment=newest.comment if is_open else "",
    )


def is_held(work: VerticalWork, report: Report, newest: Version) -> bool:
    """Whether a doctor speaks first: of a critical value, or of an item that the hospital holds back."""
    return critical_values.is_waiting(work, report.report_id) or waits_for_look(work.settings, report, newest)


def waits_for_look(settings: Mapping[str, Any], report: Report, newest: Version) -> bool:
    """Whether it holds an item that the hospital's configuration holds back, and no doctor has looked yet."""
    if report.is_seen or report.moved or newest.is_taken_back:
        return False
    return not {each.code for each in newest.observations}.isdisjoint(settings["hold_items"])


def _word(work: VerticalWork, report: Report, newest: Version) -> Word:
    if report.moved or newest.is_taken_back:
        return Word.TAKEN_BACK
    return Word.HELD if is_held(work, report, newest) else _WORDS[newest.status]


def _leave_record(work: VerticalWork, wallet_user_id: str, action: str, report: Report) -> None:
    work.audit.record(wallet_user_id, action, report.report_id, version=report.newest_id)
