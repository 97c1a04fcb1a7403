"""What a person may ask about their reports: who may read them, a copy of all, and to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import Right, StillNeeded
from hospital_bridge.verticals.hospital.store import critical_values, parked_reports, record_holders, reports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.results.version import Report, Version


def may_read(work: VerticalWork, wallet_user_id: str, subject_id: str) -> bool:
    """Whether the wallet user may read the person's results at this moment."""
    return work.subjects.may(wallet_user_id, subject_id, Right.RESULTS)


def export_reports(work: VerticalWork, subject_id: str) -> Sequence[Mapping[str, Any]]:
    """Everything that is kept of one person's reports, in words; instants as ISO 8601 in UTC."""
    return [_told(work, report) for report in reports.of_subject(work, subject_id)]


def _told(work: VerticalWork, report: Report) -> Mapping[str, Any]:
    versions = reports.history(work, report)
    return {
        "report_no": report.report_no,
        "went_to_somebody_else": report.moved,
        "seen_by_a_doctor_at": report.seen_at.isoformat() if report.seen_at else None,
        "versions": [_version(version) for version in versions],
    }


def _version(version: Version) -> Mapping[str, Any]:
    return {
        "title": version.title,
        "status": version.status.value,
        "issued_at": version.issued_at.isoformat(),
        "department": version.department_name,
        "practitioner": version.practitioner_name,
        "values": [
            {
                "name": each.name,
                "value": each.value,
                "units": each.units,
                "reference_range": each.reference_range,
                "flag": each.flag.value,
                "status": each.status.value,
                "comment": each.comment,
            }
            for each in version.observations
        ],
        "comment": version.comment,
        "documents": [each.title for each in version.documents],
    }


def forget_reports(work: VerticalWork, subject_id: str) -> None:
    """Forget the person's reports; StillNeeded while a critical value of theirs awaits a clinician's word."""
    if critical_values.waits_for(work, subject_id):
        raise StillNeeded("A critical value of this person awaits a clinician; try again once it is acknowledged.")
    parked_reports.forget_subject(work, subject_id, record_holders.own_numbers(work, subject_id))
    critical_values.forget_subject(work, subject_id)
    reports.forget_subject(work, subject_id)
