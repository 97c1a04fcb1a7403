"""The desk where a person says whose a parked report is; what they looked at and decided stands in the trail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.own_numbers import own_numbers
from hospital_bridge.verticals.hospital.results import arrival
from hospital_bridge.verticals.hospital.results.matching import holders_of
from hospital_bridge.verticals.hospital.store import parked_reports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from adapters.news import ReportIssued
    from adapters.values import PatientRecord, Sex
    from hospital_bridge.slot import Scope, VerticalWork
    from hospital_bridge.verticals.hospital.store.parked_reports import ParkedReport

LISTED = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of ours who may be meant: enough to compare, no more."""

    subject_id: str
    name: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex
    id_number: str = field(repr=False)
    record_numbers: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A parked report as the person at the desk needs it: whom it names and who may be meant; no value of it."""

    parked: ParkedReport
    patient: PatientRecord
    title: str = field(repr=False)
    issued_at: datetime
    department_name: str
    practitioner_name: str
    candidates: Sequence[Candidate]


def list_parked(scope: Scope) -> Sequence[ParkedReport]:
    """What waits for a person, critical values first."""
    with scope.read() as work:
        return parked_reports.waiting(work, LISTED)


def open_parked(scope: Scope, parked_id: str, *, by: str, id_number: str = "") -> Opened:
    """One parked report with those who hold its number, and the person of `id_number` where one was typed."""
    with scope.begin() as work:
        parked = parked_reports.get(work, parked_id)
        told = parked_reports.told(work, parked)
        work.audit.record(by, "parked.opened", parked_id)
        return Opened(
            parked=parked,
            patient=told.patient,
            title=told.title,
            issued_at=told.issued_at,
            department_name=told.department_name,
            practitioner_name=told.practitioner_name,
            candidates=[_candidate(work, each) for each in _meant(work, told, id_number)],
        )


def _meant(work: VerticalWork, told: ReportIssued, id_number: str) -> Sequence[str]:
    typed = work.subjects.find("CN_ID", id_number) if id_number else None
    return list(dict.fromkeys([*holders_of(work, told.patient), *([typed] if typed else [])]))


def _candidate(work: VerticalWork, subject_id: str) -> Candidate:
    identity = work.subjects.identity(subject_id)
    numbers = tuple(own.number for own in own_numbers(work, subject_id))
    return Candidate(subject_id, identity.name, identity.birth_date, identity.sex, identity.id_number, numbers)


class NobodyOfOurs(LookupError):
    """The operator has no such person."""


def match(scope: Scope, parked_id: str, subject_id: str, *, by: str) -> None:
    """The report is that person's; NoSuchParkedReport once it is decided, NobodyOfOurs for a stranger."""
    with scope.begin() as work:
        parked = parked_reports.get(work, parked_id)
        _must_be_ours(work, subject_id)
        arrival.attach(work, parked, subject_id, by=by)
        work.audit.record(by, "report.matched", parked_id, subject=subject_id)


def _must_be_ours(work: VerticalWork, subject_id: str) -> None:
    try:
        work.subjects.identity(subject_id)
    except LookupError as stranger:
        raise NobodyOfOurs(subject_id) from stranger


def refuse(scope: Scope, parked_id: str, *, by: str) -> None:
    """The report is nobody's here; NoSuchParkedReport once it is decided."""
    with scope.begin() as work:
        parked = parked_reports.get(work, parked_id)
        parked_reports.decide(work, parked, parked_reports.Event.REFUSE, by=by)
        arrival.see_what_stands(work, parked.report_no)
        work.audit.record(by, "report.refused", parked_id)
