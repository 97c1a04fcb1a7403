"""What the hospital says anew of a visit that is known: the later word holds, and who is there stays in the line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.store import registrations, visits
from hospital_bridge.verticals.hospital.visits import places, telling
from hospital_bridge.verticals.hospital.visits.visit import Origin, Visit
from queueing.ticket import TicketState

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

_THERE = frozenset(
    {
        TicketState.WAITING,
        TicketState.CALLED,
        TicketState.SERVING,
        TicketState.AWAY,
        TicketState.PASSED,
        TicketState.HELD,
        TicketState.DONE,
    }
)
"""Their person has come: another time of the same day changes nothing for them."""


def follow(work: VerticalWork, known: Visit, told: Visit) -> None:
    """Another time or practitioner is another place; a visit that is the same stays where it is.

    A registration at the window for an appointment says that its patient has come, and leaves its time alone. Where the
    hospital moves what was registered here, the registration goes along, and its patient is told.
    """
    if known.called_off or _is_older(told, known):
        return
    if known.registration_id:
        told = _in_our_words(known, told)
    same_day = work.lines.day_of(told.starts_at) == work.lines.day_of(known.starts_at)
    starts_at = known.starts_at if same_day and _has_come(known, told) else told.starts_at
    moved = replace(_moved(known, told), starts_at=starts_at)
    if known.registration_id and (moved.line_id, moved.starts_at) != (known.line_id, known.starts_at):
        registrations.move(work, moved)
        telling.tell_moved(work, moved)
    ticket = places.ticket_of(work, known.ticket_id)
    if ticket is not None and ticket.state in _THERE and same_day:
        elsewhere = ticket.is_live and moved.line_id != known.line_id
        visits.save(work, moved.with_ticket(places.move(work, moved)) if elsewhere else moved)
    elif (moved.line_id, moved.starts_at) == (known.line_id, known.starts_at):
        visits.save(work, moved)
        if _has_come(known, told):
            places.arrive(work, moved, moved.ticket_id)
    else:
        places.leave(work, known)
        ticket_id = places.give(work, moved.with_ticket(""))
        if not ticket_id:
            visits.save(work, moved.with_ticket(""))
        if _has_come(known, told):
            places.arrive(work, moved, ticket_id)


def _is_older(told: Visit, known: Visit) -> bool:
    return told.told_at is not None and known.told_at is not None and told.told_at < known.told_at


def _has_come(known: Visit, told: Visit) -> bool:
    return told.origin is Origin.WINDOW and known.origin is not Origin.WINDOW


def _in_our_words(known: Visit, told: Visit) -> Visit:
    """What was registered here keeps the names that its patient was shown, unless it goes to somebody else."""
    if not told.practitioner_code or not told.department_code or told.line_id == known.line_id:
        return replace(
            told,
            department_code=known.department_code,
            department_name=known.department_name,
            practitioner_code=known.practitioner_code,
            practitioner_name=known.practitioner_name,
            place=known.place,
        )
    return replace(told, place=told.place or known.place)


def _moved(known: Visit, told: Visit) -> Visit:
    return replace(
        known,
        department_code=told.department_code,
        department_name=told.department_name,
        practitioner_code=told.practitioner_code,
        practitioner_name=told.practitioner_name,
        place=told.place,
        told_at=told.told_at or known.told_at,
    )
