"""A visit comes into being once, whether our own registration, a notice of the hospital or both tell of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.news import VisitRegistered
from hospital_bridge.slot import Inbound
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.store import record_holders, registrations, visits
from hospital_bridge.verticals.hospital.visits import changes, places
from hospital_bridge.verticals.hospital.visits.visit import Origin, Visit, registered_here
from hospital_bridge.verticals.hospital.visits.whose import whose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.registration import Registration

_DOCUMENT = "CN_ID"
_NO_DAY = datetime.fromtimestamp(0, UTC)


def of_registration(work: VerticalWork, registration: Registration) -> None:
    """The visit of a registration that the hospital has confirmed, with its place in the line."""
    person = work.subjects.identity(registration.subject_id)
    visit = registered_here(registration, work.ids.new(), person.name, person.birth_date, work.now)
    if visits.add(work, visit, person.id_number):
        places.give(work, visit)


def registered(work: VerticalWork, news: VisitRegistered) -> None:
    """The hospital tells of a visit: a new one gets its place in the line, a known one follows what changed.

    What was booked here and is not confirmed yet becomes a visit by its own registration.
    """
    ours = _registered_here(work, news.placer_id)
    visit = _new_visit(work, news)
    if ours is not None:
        known = _visit_of(work, ours)
        if known is not None:
            changes.follow(work, known, visit)
    elif visits.add(work, visit, news.patient.first(_DOCUMENT) or ""):
        places.give(work, visit)
    else:
        changes.follow(work, visits.by_filler(work, news.filler_id), visit)


def read_ahead(work: VerticalWork, all_news: Sequence[VisitRegistered]) -> None:
    """Ask at once for whose these visits are and which are known."""
    visits.read_ahead(work, (news.filler_id for news in all_news))
    record_holders.read_ahead(work, (news.patient for news in all_news))


def call_off(work: VerticalWork, visit: Visit) -> None:
    """The visit will not take place: whoever waits for it leaves the line."""
    if visit.called_off:
        return
    visits.save(work, replace(visit, called_off=True))
    places.leave(work, visit)


def call_off_by_number(work: VerticalWork, filler_id: str) -> None:
    """The same for the hospital's own number; one that is unknown here was never in a line."""
    try:
        visit = visits.by_filler(work, filler_id)
    except visits.NoSuchVisit:
        return
    call_off(work, visit)


def origin_of(work: VerticalWork, filler_id: str) -> str:
    """The registration here that the hospital's number came from; empty where there is none."""
    try:
        return visits.by_filler(work, filler_id).registration_id
    except visits.NoSuchVisit:
        return ""


def call_off_for_good(work: VerticalWork, filler_id: str) -> None:
    """The same, also before the visit was told of: what comes late then puts nobody into a line."""
    if filler_id and not visits.add(work, _never_to_be(work, filler_id)):
        call_off_by_number(work, filler_id)


REGISTERED = Inbound(VisitRegistered, registered, read_ahead=read_ahead)


def _registered_here(work: VerticalWork, placer_id: str) -> Registration | None:
    try:
        return registrations.get(work, placer_id) if placer_id else None
    except registrations.NoSuchRegistration:
        return None


def _visit_of(work: VerticalWork, registration: Registration) -> Visit | None:
    try:
        return visits.by_filler(work, registration.filler_id)
    except visits.NoSuchVisit:
        return None


def _new_visit(work: VerticalWork, news: VisitRegistered) -> Visit:
    visit_id, mrn = work.ids.new(), news.patient.first(MRN) or ""
    return Visit(
        visit_id=visit_id,
        filler_id=news.filler_id,
        registration_id="",
        subject_id=whose(work, mrn, news.patient.name, lock=True) or visit_id,
        mrn=mrn,
        name=news.patient.name,
        birth_date=news.patient.birth_date,
        origin=Origin.APPOINTMENT if news.ends_at else Origin.WINDOW,
        department_code=news.department_code,
        department_name=news.department_name or news.department_code,
        practitioner_code=news.practitioner_code,
        practitioner_name=news.practitioner_name or news.practitioner_code,
        place=news.place,
        starts_at=news.starts_at,
        created_at=work.now,
        told_at=news.told_at,
    )


def _never_to_be(work: VerticalWork, filler_id: str) -> Visit:
    """A visit of which nothing is known but that it is off; of no person and no day."""
    visit_id = work.ids.new()
    return Visit(
        visit_id=visit_id,
        filler_id=filler_id,
        registration_id="",
        subject_id=visit_id,
        mrn="",
        name="",
        birth_date=None,
        origin=Origin.APPOINTMENT,
        department_code="",
        department_name="",
        practitioner_code="",
        practitioner_name="",
        place="",
        starts_at=_NO_DAY,
        created_at=work.now,
        called_off=True,
    )
