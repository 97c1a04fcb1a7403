"""Who is told of a report: clinicians by webhook, the patient without a clinical word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.news import ReportStatus
from hospital_bridge.slot import Notice, Right
from hospital_bridge.verticals.hospital.results.reading import is_held, waits_for_look
from hospital_bridge.verticals.hospital.store import report_looks, reports
from notifications.catalogue import Entry
from notifications.message import Template

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.results.critical import CriticalValue
    from hospital_bridge.verticals.hospital.results.version import Report, Version

AVAILABLE = "report.available"
CORRECTED = "report.corrected"
CRITICAL = "report.critical"
ESCALATED = "report.critical.escalated"
PARKED = "report.critical.parked"

READY = "report.ready"
CHANGED = "report.changed"
PATIENT = "patient"
NOTICES = (
    Notice(Entry(READY, PATIENT, Template("report_ready")), "You have a new report.", page="result"),
    Notice(Entry(CHANGED, PATIENT, Template("report_changed")), "The hospital has changed a report.", page="result"),
)


def tell(work: VerticalWork, report: Report, *, is_first: bool) -> None:
    """Another version of the report stands: clinicians' systems hear of it, the patient once they may read it."""
    newest = reports.version(work, report, report.newest_id)
    event = CORRECTED if _is_change(report, newest) and not is_first else AVAILABLE
    _publish(work, event, report.report_id, report.subject_id)
    tell_patient(work, report)


def tell_critical(work: VerticalWork, value: CriticalValue) -> None:
    """A critical value was raised."""
    _publish(work, CRITICAL, value.report_id, value.subject_id, urgent=True)


def tell_escalated(work: VerticalWork, value: CriticalValue) -> None:
    """Nobody has acknowledged it in time: the next in line is told; the report says how often and to whom."""
    _publish(work, ESCALATED, value.report_id, value.subject_id, urgent=True)


def tell_parked(work: VerticalWork, parked_id: str) -> None:
    """A critical value of nobody whom we know: somebody must find out whose it is, on the page that the link opens."""
    link = f"/staff/{work.operator_id}/hospital/parked/{parked_id}"
    work.webhooks.publish(PARKED, parked_id, parked_id, link, urgent=True)


def _publish(work: VerticalWork, event: str, report_id: str, subject_id: str, *, urgent: bool = False) -> None:
    link = f"/api/v1/{work.operator_id}/hospital/reports/{report_id}"
    work.webhooks.publish(event, subject_id, report_id, link, urgent=urgent)


def _is_change(report: Report, newest: Version) -> bool:
    return report.moved or newest.status not in (ReportStatus.PRELIMINARY, ReportStatus.FINAL)


def tell_patient(work: VerticalWork, report: Report) -> None:
    """Whoever may read the report hears that there is one, unless a doctor is to look at it or to speak first.

    Once for each version that stands, and nothing of what it says. To be called again when that doctor has.
    """
    newest = reports.version(work, report, report.newest_id)
    if waits_for_look(work.settings, report, newest):
        report_looks.ask(work, report.report_id)
    else:
        report_looks.end(work, report.report_id)
    if is_held(work, report, newest):
        return
    event = CHANGED if _is_change(report, newest) else READY
    for wallet_user_id in work.subjects.recipients(report.subject_id, Right.RESULTS):
        key = f"{event}:{report.newest_id}"
        work.messages.tell(event, PATIENT, wallet_user_id, {}, dedupe_key=key, about=report.report_id)
