"""A visit comes into being once, whether our own registration, a notice of the hospital or both tell of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from adapters.news import VisitRegistered
from adapters.values import Identifier
from hospital_bridge.slot import Inbound, LineOpening
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.store import registrations, visits
from hospital_bridge.verticals.hospital.visits import line_rules
from hospital_bridge.verticals.hospital.visits.visit import Origin, Visit, registered_here
from queueing.commands import Act, Command, Refusal, Refused

if TYPE_CHECKING:
    from adapters.values import PatientRecord
    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.registration import Registration

PRIORITY_AGE = 80
"""From this age on a person goes before others within the credit (reference/queue.md section 1)."""

_DOCUMENT = "CN_ID"
_HOSPITAL = "hospital"


def of_registration(work: VerticalWork, registration: Registration) -> None:
    """The visit of a registration that the hospital has confirmed, with its place in the line."""
    person = work.subjects.identity(registration.subject_id)
    visit = registered_here(registration, work.ids.new(), person.name, person.birth_date, work.now)
    if visits.add(work, visit, person.id_number):
        _give_place(work, visit)


def registered(work: VerticalWork, news: VisitRegistered) -> None:
    """The hospital tells of a visit: a new one gets its place in the line, a known one follows what changed.

    What was booked here and is not confirmed yet becomes a visit by its own registration.
    """
    if news.placer_id and _is_ours(work, news.placer_id):
        return
    visit = _new_visit(work, news)
    if visits.add(work, visit, news.patient.first(_DOCUMENT) or ""):
        _give_place(work, visit)
    else:
        _follow(work, visits.by_filler(work, news.filler_id), visit)


def call_off(work: VerticalWork, visit: Visit) -> None:
    """The visit will not take place: whoever waits for it leaves the line."""
    if visit.called_off:
        return
    visits.save(work, replace(visit, called_off=True))
    _leave(work, visit)


def call_off_by_number(work: VerticalWork, filler_id: str) -> None:
    """The same for the hospital's own number; one that is unknown here was never in a line."""
    try:
        visit = visits.by_filler(work, filler_id)
    except visits.NoSuchVisit:
        return
    call_off(work, visit)


REGISTERED = Inbound(VisitRegistered, registered)


def _is_ours(work: VerticalWork, placer_id: str) -> bool:
    try:
        registrations.get(work, placer_id)
    except registrations.NoSuchRegistration:
        return False
    return True


def _new_visit(work: VerticalWork, news: VisitRegistered) -> Visit:
    visit_id = work.ids.new()
    return Visit(
        visit_id=visit_id,
        filler_id=news.filler_id,
        registration_id="",
        subject_id=_person(work, news.patient) or visit_id,
        mrn=news.patient.first(MRN) or "",
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
    )


def _person(work: VerticalWork, patient: PatientRecord) -> str:
    """Whoever has bound the record number under the same name; empty where that is nobody, or more than one."""
    mrn = patient.first(MRN)
    holders = work.subjects.holders(Identifier(MRN, mrn)) if mrn else ()
    same = [one for one in holders if work.subjects.identity(one).name == patient.name]
    return same[0] if len(same) == 1 else ""


def _follow(work: VerticalWork, known: Visit, told: Visit) -> None:
    """Another time or practitioner is another place; a visit that is the same stays where it is."""
    if known.called_off or known.registration_id:
        return
    moved = replace(
        known,
        department_code=told.department_code,
        department_name=told.department_name,
        practitioner_code=told.practitioner_code,
        practitioner_name=told.practitioner_name,
        place=told.place,
        starts_at=told.starts_at,
    )
    if (moved.line_id, moved.starts_at) == (known.line_id, known.starts_at):
        visits.save(work, moved)
        return
    _leave(work, known)
    _give_place(work, replace(moved, ticket_id=""))


def _give_place(work: VerticalWork, visit: Visit) -> None:
    """A ticket in the practitioner's line; a second visit there on one day shares the first one's."""
    day = work.lines.day_of(visit.starts_at)
    if day < work.lines.today():
        return
    _open_line(work, visit, day)
    arrived = visit.origin is Origin.WINDOW
    issue = Command(
        Act.ISSUE,
        f"visit.{visit.visit_id}.{visit.version}",
        _HOSPITAL,
        ticket_id=work.ids.new(),
        line_id=visit.line_id,
        subject=visit.subject_id,
        rank=_rank(work, visit),
        visit=visit.visit_id,
        appointed_at=None if arrived else visit.starts_at,
        arrived=arrived,
    )
    try:
        event = work.lines.act(issue)
    except Refused as refused:
        if refused.refusal is not Refusal.ALREADY_IN_LINE:
            raise
        visits.save(work, visit.with_ticket(refused.ticket_id))
    else:
        visits.save(work, visit.with_ticket(event.ticket.ticket_id if event.ticket else ""))


def _open_line(work: VerticalWork, visit: Visit, day: date) -> None:
    title = f"{visit.department_name} {visit.practitioner_name}".strip()
    prefix = visits.prefix_of(work, visit.line_id)
    shows_names = visit.department_code not in work.settings["queue"]["numbers_only"]
    work.lines.open(LineOpening(visit.line_id, day, title, prefix, line_rules.CLINIC, shows_names))
    try:
        work.lines.desk(visit.line_id)
    except Refused:
        # Until somebody says otherwise a practitioner sees patients where the hospital has told them to come.
        work.lines.put_desk(visit.line_id, visit.place or visit.practitioner_name, [visit.line_id])


def _rank(work: VerticalWork, visit: Visit) -> str:
    today = work.lines.day_of(visit.starts_at)
    if visit.birth_date is not None and _age(visit.birth_date, today) >= PRIORITY_AGE:
        return line_rules.PRIORITY
    return line_rules.WALK_IN if visit.origin is Origin.WINDOW else line_rules.BOOKED


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _leave(work: VerticalWork, visit: Visit) -> None:
    if not visit.ticket_id:
        return
    position = work.lines.position(visit.ticket_id)
    if position.ticket.is_live and position.ticket.visit == visit.visit_id:
        command_id = f"leave.{visit.visit_id}.{visit.version}"
        work.lines.act(Command(Act.CANCEL, command_id, _HOSPITAL, ticket_id=visit.ticket_id))
