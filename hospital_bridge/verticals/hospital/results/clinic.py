"""What a clinician sees at the console and says there; each look and each word stands in the trail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.own_numbers import own_numbers
from hospital_bridge.verticals.hospital.results import critical_watch
from hospital_bridge.verticals.hospital.store import critical_values, parked_reports, report_looks, reports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from adapters.values import Sex
    from hospital_bridge.slot import Scope, VerticalWork
    from hospital_bridge.verticals.hospital.results.critical import Action, CriticalValue
    from hospital_bridge.verticals.hospital.results.version import Report, Version


@dataclass(frozen=True, slots=True)
class Patient:
    """Whom it is about: what a clinician needs to find and to reach them."""

    name: str = field(repr=False)
    sex: Sex
    birth_date: date = field(repr=False)
    phone: str = field(repr=False)
    record_numbers: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A critical value in the list; `due_at` is when it should have been acknowledged."""

    value: CriticalValue
    patient: Patient
    due_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedValue:
    """A critical value with the version that says it."""

    value: CriticalValue
    patient: Patient
    version: Version


@dataclass(frozen=True, slots=True)
class Opened:
    """A report with its history, newest version first."""

    report: Report
    patient: Patient
    versions: Sequence[Version]


def waiting(scope: Scope) -> Sequence[Waiting]:
    """Everything that awaits a clinician's word, the longest waiting first."""
    limit = timedelta(minutes=scope.settings["critical_minutes"])
    with scope.read() as work:
        return [
            Waiting(value, patient_of(work, value.subject_id), value.raised_at + limit)
            for value in critical_values.waiting(work)
        ]


def held(scope: Scope) -> Sequence[Opened]:
    """Reports that their patient may not read before a doctor has looked, the longest waiting first."""
    with scope.read() as work:
        return [_newest(work, reports.get(work, report_id)) for report_id in report_looks.waiting(work)]


def _newest(work: VerticalWork, report: Report) -> Opened:
    return Opened(report, patient_of(work, report.subject_id), [reports.version(work, report, report.newest_id)])


def critical_of_nobody(scope: Scope) -> int:
    """How many reports with a critical value wait for the record office to say whose they are."""
    with scope.read() as work:
        return parked_reports.count_critical(work)


def open_value(scope: Scope, critical_id: str, *, by: str) -> OpenedValue:
    """One critical value; NoSuchCriticalValue when there is none."""
    with scope.begin() as work:
        value = critical_values.get(work, critical_id)
        report = reports.get(work, value.report_id)
        work.audit.record(by, "critical.opened", critical_id)
        version = reports.version(work, report, value.version_id)
        return OpenedValue(value, patient_of(work, value.subject_id), version)


def acknowledge(scope: Scope, critical_id: str, *, by: str, action: Action, read_back: str) -> bool:
    """The clinician knows it and acts; False when what they read back is not the value."""
    with scope.begin() as work:
        return critical_watch.acknowledge(work, critical_id, by=by, action=action, read_back=read_back)


def open_report(scope: Scope, report_id: str, *, by: str) -> Opened:
    """One report with its history; NoSuchReport when there is none."""
    with scope.begin() as work:
        report = reports.get(work, report_id)
        work.audit.record(by, "report.read", report_id, version=report.newest_id)
        return Opened(report, patient_of(work, report.subject_id), reports.history(work, report))


def patient_of(work: VerticalWork, subject_id: str) -> Patient:
    """The person, opened."""
    identity = work.subjects.identity(subject_id)
    numbers = tuple(own.number for own in own_numbers(work, subject_id))
    return Patient(identity.name, identity.sex, identity.birth_date, identity.phone, numbers)
