"""A report as a clinician's system fetches it: what stands, its history, its critical values; each look is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hospital_bridge.verticals.hospital.results import critical_watch, telling
from hospital_bridge.verticals.hospital.results.clinic import patient_of
from hospital_bridge.verticals.hospital.store import critical_values, report_looks, reports

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapters.news import Observation
    from hospital_bridge.slot import Scope, VerticalWork
    from hospital_bridge.verticals.hospital.results.critical import CriticalValue
    from hospital_bridge.verticals.hospital.results.version import Report, Version


def read_report(scope: Scope, report_id: str, *, by: str) -> Mapping[str, Any]:
    """The report for a clinician's system, versions newest first; instants as ISO 8601 in UTC. NoSuchReport.

    Its critical values are delivered thereby, and not acknowledged.
    """
    with scope.begin() as work:
        report = reports.get(work, report_id)
        work.audit.record(by, "report.read", report_id, version=report.newest_id)
        critical_watch.deliver(work, report_id)
        return {
            "report_id": report_id,
            "report_no": report.report_no,
            "went_to_somebody_else": report.moved,
            "patient": _patient(work, report),
            "seen_by_a_doctor_at": _instant(report.seen_at),
            "versions": [_version(report, each) for each in reports.history(work, report)],
            "critical_values": [_critical(scope.settings, each) for each in critical_values.of_report(work, report_id)],
        }


def mark_seen(scope: Scope, report_id: str, *, by: str) -> None:
    """A doctor has looked at what stands: what was held back only until then is free for the patient."""
    with scope.begin() as work:
        report = reports.get(work, report_id)
        if report.is_seen:
            return
        reports.mark_seen(work, report, by)
        report_looks.end(work, report_id)
        work.audit.record(by, "report.seen", report_id, version=report.newest_id)
        telling.tell_patient(work, reports.get(work, report_id))


def _patient(work: VerticalWork, report: Report) -> Mapping[str, Any]:
    patient = patient_of(work, report.subject_id)
    return {
        "record_numbers": list(patient.record_numbers),
        "name": patient.name,
        "birth_date": patient.birth_date.isoformat(),
        "sex": patient.sex.value,
    }


def _version(report: Report, version: Version) -> Mapping[str, Any]:
    stands = version.version_id == report.newest_id and not report.moved
    is_gone = version.version_id == report.newest_id and report.moved
    return {
        "version_id": version.version_id,
        "stands": stands,
        "status": version.status.value,
        "kind": version.kind.value,
        "title": version.title,
        "issued_at": _instant(version.issued_at),
        "observed_at": _instant(version.observed_at),
        "received_at": _instant(version.received_at),
        "encounter": version.filler_id,
        "practitioner": version.practitioner_name,
        "department": version.department_name,
        "values": [] if is_gone else [_value(each) for each in version.standing],
        "comment": "" if is_gone or version.is_taken_back else version.comment,
        "documents": [
            {"number": each.number, "title": each.title, "content_type": each.content_type, "fault": each.fault}
            for each in version.documents
        ],
    }


def _value(observation: Observation) -> Mapping[str, Any]:
    return {
        "code": observation.code,
        "name": observation.name,
        "value": observation.value,
        "units": observation.units,
        "reference_range": observation.reference_range,
        "flag": observation.flag.value,
        "status": observation.status.value,
        "comment": observation.comment,
    }


def _critical(settings: Mapping[str, Any], value: CriticalValue) -> Mapping[str, Any]:
    """A critical value with who was told of it and who said that they know."""
    return {
        "critical_id": value.critical_id,
        "state": value.state.value,
        "item": _value(value.observation),
        "raised_at": _instant(value.raised_at),
        "passed_on_to": list(critical_watch.told_in_line(settings, value.level)),
        "delivered_at": _instant(value.delivered_at),
        "acknowledged_at": _instant(value.acknowledged_at),
        "acknowledged_by": value.acknowledged_by,
        "action": value.action,
        "ended_at": _instant(value.ended_at),
        "end_reason": value.end_reason,
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
