"""What people are shown of the lines: a holder's position, the console's list, the board in the hall."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from hospital_bridge.lines.hall import Hall
from hospital_bridge.lines.waiting_time import outlook
from hospital_bridge.slot import DeskView, Position, WaitingRow
from queueing.board import BoardRow, board
from queueing.commands import Refusal, Refused
from queueing.estimate import Unknown, UnknownReason
from queueing.ordering import explain
from queueing.ticket import Ticket, TicketState


def position(hall: Hall, ticket_id: str) -> Position:
    """How one ticket stands; Refused when there is none."""
    found = hall.work.queue_tickets.find(ticket_id)
    if found is None:
        raise Refused(Refusal.UNKNOWN_TICKET)
    ticket, line = found.ticket, hall.work.queue_lines.get(found.ticket.line_id, found.day)
    waits = ticket.state is TicketState.WAITING
    seen = outlook(hall, ticket, found.day, line.policy).shown if waits else Unknown(UnknownReason.NOT_WAITING)
    called = board(hall.work.queue_tickets.called_from(ticket.line_id, found.day), {})
    return Position(
        ticket=ticket,
        day=found.day,
        line_title=line.title,
        ahead=seen.ahead,
        wait=seen,
        now_serving=[row.display_number for row in called],
        desk=hall.work.queue_lines.desk(ticket.desk_id).title if ticket.is_at_desk else "",
    )


def waiting(hall: Hall, line_id: str) -> Sequence[WaitingRow]:
    """Who waits today, in order; Refused when the line is not open."""
    policy = hall.work.queue_lines.get(line_id, hall.today).policy
    tickets = [row.ticket for row in hall.work.queue_tickets.waiting(line_id, hall.today)]
    if not tickets:
        return []
    reasons = [explain(policy, first, second) for first, second in pairwise(tickets)]
    return [WaitingRow(ticket, because) for ticket, because in zip(tickets, [None, *reasons], strict=True)]


def desk(hall: Hall, desk_id: str) -> DeskView:
    """A desk and what it holds; Refused when there is none."""
    row = hall.work.queue_lines.desk(desk_id)
    lines = hall.work.queue_lines.of_desk(desk_id, hall.today)
    titles = [hall.work.queue_lines.get(line_id, hall.today).title for line_id in lines]
    tickets = [one.ticket for one in hall.work.queue_tickets.at_desk(desk_id)]
    return DeskView(desk_id, row.title, row.state, lines, titles, tickets)


def board_of(hall: Hall, line_ids: Collection[str]) -> Sequence[BoardRow]:
    """Today's calls of those lines, the newest first; a line that is not open has none."""
    rows: list[Ticket] = []
    titles: dict[str, str] = {}
    named: set[str] = set()
    for line_id in sorted(set(line_ids) & set(hall.work.queue_lines.of_day(hall.context.vertical, hall.today))):
        rows += hall.work.queue_tickets.called_from(line_id, hall.today)
        titles |= {desk.desk_id: desk.title for desk in hall.work.queue_lines.desks_of(line_id)}
        named |= {line_id} if hall.work.queue_lines.get(line_id, hall.today).shows_names else set()
    name = hall.rules.name

    def told(ticket: Ticket) -> str:
        return name(hall.unit, ticket.subject) if name is not None and ticket.line_id in named else ""

    return board(rows, titles, told)
