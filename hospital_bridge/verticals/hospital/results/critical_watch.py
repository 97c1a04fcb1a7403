"""What happens to critical values: raised and taken back with their report, passed on in time, acknowledged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from adapters.news import ReportStatus
from hospital_bridge.verticals.hospital.results import telling
from hospital_bridge.verticals.hospital.results.critical import (
    Action,
    CriticalValue,
    EndReason,
    Event,
    State,
    is_read_back,
)
from hospital_bridge.verticals.hospital.store import critical_values, report_looks, reports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.news import Observation
    from hospital_bridge.slot import Scope, VerticalWork
    from hospital_bridge.verticals.hospital.results.version import Report, Version

ESCALATE = "hospital.escalate"
STEPS = (0.5, 1.0, 2.0)
"""After which parts of the hospital's own limit the next in line is told (reference/durable.md section 3)."""

_REASONS = {
    ReportStatus.CANCELLED: EndReason.CANCELLED,
    ReportStatus.ENTERED_IN_ERROR: EndReason.ENTERED_IN_ERROR,
}


def follow(work: VerticalWork, report: Report) -> None:
    """Raise the critical values of the version that stands, and end those that it takes back."""
    newest = reports.version(work, report, report.newest_id)
    standing = () if report.moved else newest.standing
    critical = {critical_values.value_index(work, each): each for each in standing if each.is_critical}
    known = {value.value_index: value for value in critical_values.of_report(work, report.report_id)}
    for index, value in known.items():
        if index not in critical and value.state is not State.ENDED:
            _take_back(work, value, _why(report, newest))
    for index, observation in critical.items():
        _raise(work, report, observation, index, known.get(index))


def _why(report: Report, newest: Version) -> EndReason:
    return EndReason.OTHER_PATIENT if report.moved else _REASONS.get(newest.status, EndReason.CORRECTED)


def _take_back(work: VerticalWork, value: CriticalValue, reason: EndReason) -> None:
    ended = value.after(Event.TAKE_BACK, ended_at=work.now, end_reason=reason.value)
    critical_values.save(work, ended)
    work.audit.record("hospital", "critical.taken_back", value.critical_id, reason=reason.value)


def _raise(
    work: VerticalWork, report: Report, observation: Observation, index: str, known: CriticalValue | None
) -> None:
    if known is None:
        raised = CriticalValue(
            critical_id=work.ids.new(),
            report_id=report.report_id,
            version_id=report.newest_id,
            subject_id=report.subject_id,
            value_index=index,
            observation=observation,
            state=State.RAISED,
            raised_at=work.now,
        )
        critical_values.add(work, raised)
    elif known.state is State.ENDED:
        fresh = {"raised_at": work.now, "version_id": report.newest_id, "level": 0, "delivered_at": None}
        of_before = {"acknowledged_at": None, "acknowledged_by": "", "action": "", "ended_at": None, "end_reason": ""}
        raised = known.after(Event.RAISE_AGAIN, **fresh, **of_before)
        critical_values.save(work, raised)
    else:
        return
    work.audit.record("hospital", "critical.raised", raised.critical_id)
    telling.tell_critical(work, raised)
    _look_again(work, raised, work.now)


def _look_again(work: VerticalWork, value: CriticalValue, at: datetime) -> None:
    key = f"{ESCALATE}:{value.critical_id}:{value.raised_at.isoformat()}:{at.isoformat()}"
    work.jobs.add(ESCALATE, value.critical_id, stream=key, dedupe_key=key, run_at=at)


def escalate(scope: Scope, critical_id: str) -> None:
    """Job: pass an unacknowledged value on to the next in line at each step, and look again at the step after."""
    limit = timedelta(minutes=scope.settings["critical_minutes"])
    with scope.begin() as work:
        value = critical_values.get(work, critical_id)
        if not value.is_open:
            return
        due = [value.raised_at + limit * step for step in STEPS]
        level = sum(at <= work.now for at in due)
        for passed in range(value.level, level):
            telling.tell_escalated(work, value)
            work.audit.record("bridge", "critical.escalated", critical_id, level=str(passed + 1))
        if level > value.level:
            critical_values.save(work, replace(value, level=level))
        if level < len(due):
            _look_again(work, value, due[level])


def told_in_line(settings: Mapping[str, Sequence[str]], level: int) -> Sequence[str]:
    """To whom a value of that level was passed on, one after the other; the last in line hears the rest."""
    line = settings["critical_line"]
    return [line[min(passed, len(line) - 1)] for passed in range(level)]


def deliver(work: VerticalWork, report_id: str) -> None:
    """A clinician's system has the report; that nobody may have read it yet is another matter."""
    for value in critical_values.of_report(work, report_id):
        if value.state is State.RAISED:
            critical_values.save(work, value.after(Event.DELIVER, delivered_at=work.now))
            work.audit.record("bridge", "critical.delivered", value.critical_id)


def acknowledge(work: VerticalWork, critical_id: str, *, by: str, action: Action, read_back: str) -> bool:
    """A clinician knows the value and acts; False when what they read back is not it, and then nothing is changed.

    Raises IllegalTransition when it was acknowledged or taken back before.
    """
    value = critical_values.get(work, critical_id)
    acknowledged = value.after(Event.ACKNOWLEDGE, acknowledged_at=work.now, acknowledged_by=by, action=action.value)
    if not is_read_back(read_back, value.observation):
        work.audit.record(by, "critical.read_back_wrong", critical_id)
        return False
    critical_values.save(work, acknowledged)
    work.audit.record(by, "critical.acknowledged", critical_id, chosen=action.value)
    report = reports.get(work, value.report_id)
    if not critical_values.is_waiting(work, report.report_id):
        reports.mark_seen(work, report, by)
        report_looks.end(work, report.report_id)
        telling.tell_patient(work, reports.get(work, report.report_id))
    return True
