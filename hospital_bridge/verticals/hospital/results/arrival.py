"""A report arrives: kept under whose it is, or parked; then it is seen which version stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.news import ReportIssued, ReportReplaced
from hospital_bridge.slot import Inbound
from hospital_bridge.verticals.hospital.results import critical_watch, telling
from hospital_bridge.verticals.hospital.results.matching import InDoubt, owner_of
from hospital_bridge.verticals.hospital.store import (
    parked_reports,
    record_holders,
    record_merges,
    replaced_reports,
    reports,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.results.version import Place, Report
    from hospital_bridge.verticals.hospital.store.parked_reports import ParkedReport


def receive(work: VerticalWork, issued: ReportIssued) -> None:
    """Keep the version; the same one again changes nothing, whenever and however often it comes.

    What is said of a report after another took its place changes nothing: that one stands.
    """
    row = replaced_reports.standing(work, issued.report_no)
    if row.replaced_at is not None and issued.issued_at >= row.replaced_at:
        return
    issued = replace(issued, report_no=row.first_no)
    try:
        subject_id = parked_reports.decided_for(work, issued) or owner_of(work, issued.patient)
    except InDoubt as unclear:
        if parked_id := parked_reports.park(work, issued, unclear.doubt):
            if issued.is_critical:
                telling.tell_parked(work, parked_id)
            see_what_stands(work, issued.report_no)
        return
    keep(work, subject_id, issued)


def read_ahead(work: VerticalWork, all_issued: Sequence[ReportIssued]) -> None:
    """Ask at once for whose these reports are and what was decided of them."""
    numbers = [issued.report_no for issued in all_issued]
    replaced_reports.read_ahead(work, numbers)
    parked_reports.read_ahead(work, numbers)
    record_holders.read_ahead(work, (issued.patient for issued in all_issued))


def follow(work: VerticalWork, news: ReportReplaced) -> None:
    """What comes under that number is a version of the report that it replaces."""
    if replaced_reports.replace(work, news.report_no, news.replaces, news.told_at):
        work.audit.record("hospital", "report.replaced", news.report_no)


RECEIVE = Inbound(ReportIssued, receive, read_ahead=read_ahead)
REPLACED = Inbound(ReportReplaced, follow)


def keep(work: VerticalWork, subject_id: str, issued: ReportIssued) -> None:
    """Keep the version as that person's."""
    if reports.keep(work, subject_id, issued) is not None:
        see_what_stands(work, issued.report_no)


def attach(work: VerticalWork, parked: ParkedReport, subject_id: str, *, by: str = "") -> None:
    """A parked version is that person's; `by` is the member of staff who says so, empty where the number says it."""
    issued = parked_reports.told(work, parked)
    parked_reports.decide(work, parked, parked_reports.Event.MATCH, subject_id=subject_id, by=by)
    keep(work, subject_id, issued)
    see_what_stands(work, issued.report_no)


def attach_waiting(work: VerticalWork, number_index: str) -> None:
    """Somebody may have bound that record number: what waits under that record and their name is theirs."""
    for parked in parked_reports.waiting_for(work, record_merges.indexes_with(work, number_index)):
        try:
            subject_id = owner_of(work, parked_reports.told(work, parked).patient)
        except InDoubt:
            continue
        attach(work, parked, subject_id)
        work.audit.record("bridge", "report.attached", parked.parked_id, subject=subject_id)


def part(work: VerticalWork, report: Report) -> None:
    """The record number under which the report came may be that person's no more: then it waits for its own person.

    What a member of staff said is theirs stays theirs, and so does what came before it was kept under which number.
    """
    versions = [each.version_id for each in reversed(reports.history(work, report))]
    try:
        told = [reports.told(work, report, version_id) for version_id in versions]
    except reports.NoSuchReport:
        return
    newest = told[-1]
    if report.subject_id in (parked_reports.decided_for(work, newest), _owner(work, newest)):
        return
    reports.part(work, report)
    for issued in told:
        try:
            keep(work, owner_of(work, issued.patient), issued)
        except InDoubt as unclear:
            parked_reports.park_again(work, issued, unclear.doubt)
    see_what_stands(work, report.report_no)
    work.audit.record("bridge", "report.parted", report.report_id)


def _owner(work: VerticalWork, issued: ReportIssued) -> str:
    try:
        return owner_of(work, issued.patient)
    except InDoubt:
        return ""


def see_what_stands(work: VerticalWork, report_no: str) -> None:
    """Of all versions of that number the newest stands; whom it does not name reads that theirs is taken back.

    A waiting version counts: until a person has said whose it is, an older one may be somebody else's too.
    """
    newest = {report: reports.newest_of(work, report.report_id) for report in reports.of_number(work, report_no)}
    if not newest:
        return
    places = [place for report, (_, place) in newest.items() if not report.parted]
    places += [parked.place for parked in parked_reports.waiting_of_number(work, report_no)]
    for report, (version_id, place) in newest.items():
        _settle(work, report, version_id, place, moved=report.parted or place < max(places))


def _settle(work: VerticalWork, report: Report, version_id: str, place: Place, *, moved: bool) -> None:
    if (report.newest_id, report.moved) == (version_id, moved):
        return
    reports.settle(work, report, version_id, place.issued_at, moved=moved)
    changed = reports.get(work, report.report_id)
    critical_watch.follow(work, changed)
    telling.tell(work, changed, is_first=report.newest_id == "")
