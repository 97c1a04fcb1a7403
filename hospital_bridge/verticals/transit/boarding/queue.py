"""Standing in a boarding queue, leaving it, and calling as many as a vehicle has places for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import LineOpening
from hospital_bridge.verticals.transit.boarding.line_rules import BOARDING, RIDER
from hospital_bridge.verticals.transit.store import boardings
from hospital_bridge.verticals.transit.store.boardings import Boarding
from queueing.commands import Act, Command, Refusal, Refused
from queueing.line import DeskState
from queueing.ticket import TicketState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.transit.boarding.places import BoardingPlace
    from queueing.ticket import Ticket

MOST_PLACES = 200
"""No vehicle that people queue for has more."""


def standing(work: VerticalWork, subject_id: str) -> Ticket | None:
    """The person's place in a queue of today, or None."""
    return next((ticket for ticket in work.lines.of_subject(subject_id) if ticket.is_live), None)


def stand_in(work: VerticalWork, place: BoardingPlace, subject_id: str, actor: str) -> Ticket:
    """The person's place in the queue; whoever stands in one already keeps that one and gets no other."""
    _open(work, place, actor)
    known = standing(work, subject_id)
    if known is not None:
        return known
    issue = Command(
        Act.ISSUE, work.ids.new(), actor, line_id=place.queue_id, subject=subject_id, rank=RIDER, arrived=True
    )
    return _ticket(work, issue)


def leave(work: VerticalWork, ticket: Ticket, actor: str) -> None:
    """The person does not want to board any more."""
    work.lines.act(Command(Act.CANCEL, work.ids.new(), actor, ticket_id=ticket.ticket_id))


def could_not_board(work: VerticalWork, ticket: Ticket, actor: str) -> None:
    """The vehicle was full or the person too late: back into the queue where they stood, before whoever came later."""
    if ticket.state is not TicketState.CALLED:
        return
    passed = _ticket(work, Command(Act.PASS_OVER, work.ids.new(), actor, ticket_id=ticket.ticket_id))
    if passed.is_live:
        work.lines.act(Command(Act.REJOIN, work.ids.new(), actor, ticket_id=ticket.ticket_id))


def call(work: VerticalWork, place: BoardingPlace, free: int, actor: str) -> Sequence[Ticket]:
    """A vehicle with so many free places is there: the first of the queue are called, and who was before is gone.

    Whoever was called for the vehicle before and has not said that they stayed behind left with it.
    """
    _open(work, place, actor)
    for left in work.lines.desk(place.queue_id).tickets:
        _boarded(work, left, actor)
    called: list[Ticket] = []
    while len(called) < free:
        command = Command(Act.CALL_NEXT, work.ids.new(), actor, desk_id=place.queue_id)
        event = work.lines.act(command)
        if event.ticket is None:
            break
        called.append(event.ticket)
    boardings.add(work, Boarding(work.ids.new(), place.queue_id, work.now, free, len(called)))
    work.audit.record(actor, "boarding.called", place.queue_id, free=str(free), called=str(len(called)))
    return called


def _boarded(work: VerticalWork, ticket: Ticket, actor: str) -> None:
    acts = (Act.START, Act.FINISH) if ticket.state is TicketState.CALLED else (Act.FINISH,)
    for act in acts:
        work.lines.act(Command(act, work.ids.new(), actor, ticket_id=ticket.ticket_id, desk_id=ticket.desk_id))


def _ticket(work: VerticalWork, command: Command) -> Ticket:
    ticket = work.lines.act(command).ticket
    if ticket is None:
        raise Refused(Refusal.UNKNOWN_TICKET)
    return ticket


def _open(work: VerticalWork, place: BoardingPlace, actor: str) -> None:
    """The queue of today and the stop's edge that calls from it."""
    if place.queue_id in work.lines.of_today():
        return
    opening = LineOpening(place.queue_id, work.lines.today(), place.title, place.prefix, BOARDING, shows_names=False)
    work.lines.open(opening)
    work.lines.put_desk(place.queue_id, place.title, [place.queue_id], capacity=MOST_PLACES)
    work.lines.set_desk(place.queue_id, DeskState.OPEN, actor)
