"""What must hold of the hospital's news: one place a visit, and the last version of a report stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from hospital_bridge.sandbox.hospital import calendar
from tests.simulation.observer import Observer
from tests.simulation.outside import OutsideWorld

ISSUED_TWICE = """
    SELECT visit, count(*) FROM queue_ticket WHERE state <> 'transferred' GROUP BY visit HAVING count(*) > 1
"""
PLACES_TWICE = """
    SELECT line_id, day, subject, count(*) FROM queue_ticket
    WHERE state IN ('booked', 'waiting', 'called', 'serving', 'away', 'passed', 'held')
    GROUP BY line_id, day, subject HAVING count(*) > 1
"""
VISITS = "SELECT filler_id, ticket_id, created_at FROM hospital_visit WHERE origin = 'window'"
STANDING = """
    SELECT r.report_no, v.issued_at, (SELECT count(*) FROM hospital_report_version o WHERE o.report_id = r.report_id)
    FROM hospital_report r LEFT JOIN hospital_report_version v ON v.version_id = r.newest_id
"""


def doubled_places(observer: Observer) -> Iterator[str]:
    """After every step: no visit has two tickets, nobody stands twice in one line."""
    yield from (f"a visit has two tickets: {row}" for row in observer.rows(ISSUED_TWICE))
    yield from (f"somebody stands twice in one line: {row}" for row in observer.rows(PLACES_TWICE))


def lost_news(observer: Observer, outside: OutsideWorld) -> Iterator[str]:
    """At the end: every visit is known and has its place, every version is kept once and the last one stands."""
    yield from _lost_visits(observer, outside)
    standing = {number: (observer.instant(at), count) for number, at, count in observer.rows(STANDING)}
    for last in outside.hospital.laboratory.latest():
        versions = len(outside.hospital.laboratory.versions(last.report_no))
        due = (last.reported_at.replace(microsecond=0), versions)
        if standing.pop(last.report_no, None) != due:
            yield f"report {last.report_no} does not stand as the laboratory has it: {due}"
    yield from (f"a report of nobody: {number}" for number in standing)


def _lost_visits(observer: Observer, outside: OutsideWorld) -> Iterator[str]:
    rows = {number: (ticket, observer.instant(at)) for number, ticket, at in observer.rows(VISITS)}
    for number, visit in outside.hospital.window._by_number.items():
        ticket, heard_at = rows.pop(number, ("", None))
        if heard_at is None:
            yield f"visit {number} is not known"
        elif not ticket and _day(heard_at) == _day(visit.registered_at):
            yield f"visit {number} has no place in a line"
    yield from (f"a visit of nobody: {number}" for number in rows)


def _day(at: datetime) -> date:
    return at.astimezone(calendar.ZONE).date()
