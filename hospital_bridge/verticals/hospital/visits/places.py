"""A visit's place in the practitioner's line: given once, shared by what is one coming of one person, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import LineOpening
from hospital_bridge.verticals.hospital.store import visits
from hospital_bridge.verticals.hospital.visits import line_rules
from hospital_bridge.verticals.hospital.visits.visit import Origin, Visit
from queueing.commands import Act, Command, Refusal, Refused
from queueing.ticket import TicketState

if TYPE_CHECKING:
    from datetime import date

    from hospital_bridge.slot import VerticalWork
    from queueing.ticket import Ticket

PRIORITY_AGE = 80
"""From this age on a person goes before others within the credit (reference/queue.md section 1)."""

HOSPITAL = "hospital"


def give(work: VerticalWork, visit: Visit) -> str:
    """A ticket in the practitioner's line, its id; a second visit there on one day shares the first one's.

    Empty for a visit of the past. A hospital may give the appointment one number and the coming to it another: whoever
    has no phone is known by the record number alone.
    """
    day = work.lines.day_of(visit.starts_at)
    if day < work.lines.today():
        return ""
    _open_line(work, visit, day)
    ticket_id = _shared(work, visit) or _issued(work, visit)
    visits.save(work, visit.with_ticket(ticket_id))
    if visit.origin is Origin.WINDOW:
        arrive(work, visit, ticket_id)
    return ticket_id


def arrive(work: VerticalWork, visit: Visit, ticket_id: str) -> None:
    """Whoever registers at the window is there: an appointment of today is checked in to."""
    ticket = ticket_of(work, ticket_id)
    if ticket is None or ticket.state is not TicketState.BOOKED:
        return
    if work.lines.day_of(visit.starts_at) == work.lines.today():
        work.lines.act(Command(Act.CHECK_IN, f"window.{ticket_id}.{ticket.version}", HOSPITAL, ticket_id=ticket_id))


def move(work: VerticalWork, visit: Visit) -> str:
    """The ticket of a person who is there, moved to the line of the visit; the new one's id."""
    _open_line(work, visit, work.lines.day_of(visit.starts_at))
    command_id = f"move.{visit.visit_id}.{visit.version}"
    moving = Command(Act.TRANSFER, command_id, HOSPITAL, ticket_id=visit.ticket_id, line_id=visit.line_id)
    try:
        event = work.lines.act(moving)
    except Refused as refused:
        if refused.refusal is not Refusal.ALREADY_IN_LINE:
            raise
        leave(work, visit)
        return refused.ticket_id
    return event.ticket.ticket_id if event.ticket else ""


def leave(work: VerticalWork, visit: Visit) -> None:
    """Take the visit's ticket out of the line, unless another visit of the person stands by it."""
    ticket = ticket_of(work, visit.ticket_id)
    if ticket is None or not ticket.is_live:
        return
    if all(one.called_off or one.visit_id == visit.visit_id for one in visits.of_ticket(work, visit.ticket_id)):
        command_id = f"leave.{visit.visit_id}.{visit.version}"
        work.lines.act(Command(Act.CANCEL, command_id, HOSPITAL, ticket_id=visit.ticket_id))


def ticket_of(work: VerticalWork, ticket_id: str) -> Ticket | None:
    """The ticket, None for a visit that has none."""
    return work.lines.position(ticket_id).ticket if ticket_id else None


def _issued(work: VerticalWork, visit: Visit) -> str:
    arrived = visit.origin is Origin.WINDOW
    issue = Command(
        Act.ISSUE,
        f"visit.{visit.visit_id}.{visit.version}",
        HOSPITAL,
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
        return refused.ticket_id
    return event.ticket.ticket_id if event.ticket else ""


def _shared(work: VerticalWork, visit: Visit) -> str:
    """The live ticket of another visit of the same record number and name in that line on that day."""
    day = work.lines.day_of(visit.starts_at)
    for other in visits.of_same_record(work, visit):
        if other.name != visit.name or work.lines.day_of(other.starts_at) != day:
            continue
        ticket = ticket_of(work, other.ticket_id)
        if ticket is not None and ticket.is_live and ticket.line_id == visit.line_id:
            return other.ticket_id
    return ""


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
