"""One command: the lines it concerns are held, the decision is pure, and all of it is written in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hospital_bridge.lines.follow import follow
from hospital_bridge.lines.hall import Hall
from hospital_bridge.lines.part import AT_A_DESK, Part, part_of, with_next
from hospital_bridge.store.queue_lines import LineRow
from queueing.commands import UNDOABLE, Act, Command, Event, Refusal, Refused
from queueing.decide import decide
from queueing.ticket import TicketState

Key = tuple[str, date]


def act(hall: Hall, command: Command) -> Event:
    """The event that answers the command; a transfer's is the new ticket's.

    Nothing was written when it raises Refused, IllegalTransition, UnknownRank, or a guard's Vetoed.
    """
    if answered := _answered(hall, command):
        return answered
    if command.act is Act.ISSUE and not command.ticket_id:
        command = replace(command, ticket_id=hall.work.ids.new())
    keys = sorted(set(_lines_of(hall, command)))
    rows = [hall.work.queue_lines.get(*key, lock=True) for key in keys]
    if command.act in AT_A_DESK:
        # A desk may call from lines that nobody else holds just now.
        hall.work.queue_lines.desk(command.desk_id, lock=True)
    if command.act is Act.UNDO and keys != _lines_of(hall, command):
        raise Refused(Refusal.NOTHING_TO_UNDO)  # The desk acted in another line while this one was awaited.
    if answered := _answered(hall, command):
        return answered
    if command.act is Act.TRANSFER:
        return _transfer(hall, command, rows)
    parts = [part_of(hall.work, row, command) for row in rows]
    part = with_next(hall.work, parts, command.desk_id) if command.act is Act.CALL_NEXT else parts[0]
    return _write(hall, part, _decided(hall, part, command))


def _answered(hall: Hall, command: Command) -> Event | None:
    """The event that an earlier sending of the command made."""
    event = hall.work.queue_events.answer_to(command.command_id)
    if event is None:
        return None
    if not event.answers(command):
        raise Refused(Refusal.OTHER_COMMAND)
    return hall.work.queue_events.answer_to(_onward(command)) if event.act is Act.TRANSFER else event


def _lines_of(hall: Hall, command: Command) -> Sequence[Key]:
    """The lines that a command may touch; Refused where there is none."""
    if command.act is Act.ISSUE:
        return [(command.line_id, hall.day_of(command.appointed_at or hall.work.now))]
    if command.act is Act.CALL_NEXT:
        hall.work.queue_lines.desk(command.desk_id)
        lines = hall.work.queue_lines.of_desk(command.desk_id, hall.today)
        if not lines:
            raise Refused(Refusal.NO_LINE)
        return [(line_id, hall.today) for line_id in lines]
    if command.act is Act.UNDO:
        desk = hall.work.queue_lines.desk(command.desk_id)
        if desk.last_day is None:
            raise Refused(Refusal.NOTHING_TO_UNDO)
        return [(desk.last_line_id, desk.last_day)]
    found = hall.work.queue_tickets.find(command.ticket_id)
    if found is None:
        raise Refused(Refusal.UNKNOWN_TICKET)
    here = (found.ticket.line_id, found.day)
    return [here, (command.line_id, found.day)] if command.act is Act.TRANSFER else [here]


def _decided(hall: Hall, part: Part, command: Command) -> Event:
    (event,) = decide(part.line, command, part.row.policy, hall.work.now)
    hall.ask(event)
    return event


def _transfer(hall: Hall, command: Command, rows: Sequence[LineRow]) -> Event:
    """The ticket ends here and another begins there: both are decided before either is written."""
    there = next((row for row in rows if row.line_id == command.line_id), rows[0])
    here = next((row for row in rows if row is not there), None)
    if here is None:
        raise Refused(Refusal.ALREADY_IN_LINE, command.ticket_id)
    leaving = part_of(hall.work, here, command)
    left = _decided(hall, leaving, command)
    going = leaving.line.ticket(command.ticket_id)
    booked = going.state is TicketState.BOOKED
    onward = Command(
        Act.ISSUE,
        _onward(command),
        command.actor,
        command.reason,
        ticket_id=hall.work.ids.new(),
        line_id=there.line_id,
        subject=going.subject,
        rank=command.rank or going.rank,
        visit=going.visit,
        appointed_at=going.appointed_at if booked else None,
        arrived=not booked,
    )
    entering = part_of(hall.work, there, onward)
    entered = _decided(hall, entering, onward)
    _write(hall, leaving, left)
    return _write(hall, entering, entered)


def _onward(command: Command) -> str:
    """The id of the command that a transfer gives the other line."""
    return f"{command.command_id}.to"


def _write(hall: Hall, part: Part, event: Event) -> Event:
    work, row, ticket = hall.work, part.row, event.ticket
    work.queue_events.add(row.line_id, row.day, event)
    work.queue_lines.count_on(row, event.seq, row.issued if ticket is None else max(row.issued, ticket.sequence))
    if ticket is None:
        return event
    if event.act is Act.ISSUE:
        work.queue_tickets.add(ticket, row.day, row.policy)
    else:
        desk = part.line.desks.get(ticket.desk_id)
        work.queue_tickets.save(ticket, row.policy, alone=None if desk is None else desk.capacity == 1)
    if event.act in UNDOABLE:
        work.queue_lines.acted(event.desk_id, row)
    follow(hall, replace(part, row=replace(row, seq=event.seq)), event, ticket)
    return event
