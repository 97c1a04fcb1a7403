"""The part of a line that a decision looks at, read from the rows while the line is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hospital_bridge.store.queue_lines import LineRow
from hospital_bridge.store.queue_tickets import TicketRow
from hospital_bridge.store.unit_of_work import Work
from queueing.commands import Act, Command, Refusal, Refused
from queueing.line import Desk, DeskState, Line, acts_of
from queueing.ticket import Ticket

AT_A_DESK = frozenset({Act.CALL, Act.CALL_NEXT, Act.UNDO})
"""The acts that look at a desk as a whole."""


@dataclass(frozen=True, slots=True)
class Part:
    """A line's row and the part of it in question, with the tickets' rows as they stood before."""

    row: LineRow
    line: Line
    rows: Mapping[str, TicketRow]

    def with_tickets(self, rows: Iterable[TicketRow]) -> Part:
        """The part with these tickets too."""
        known = dict(self.rows) | {row.ticket.ticket_id: row for row in rows}
        return Part(self.row, replace(self.line, tickets=_tickets(known)), known)


def part_of(work: Work, row: LineRow, command: Command) -> Part:
    """What the command needs of the line, but for whom `call_next` would call."""
    line = Line(row.line_id, row.day, row.prefix, seq=row.seq, issued=row.issued)
    part = Part(row, line, {})
    if command.act is Act.ISSUE:
        return replace(
            part, line=replace(line, tickets=_named(work.queue_tickets.live_of(*_key(row), command.subject)))
        )
    if command.ticket_id:
        found = work.queue_tickets.find(command.ticket_id)
        part = part.with_tickets([] if found is None else [found])
    if command.act in AT_A_DESK:
        part = _with_desk(work, part, command.desk_id)
    return _with_last_act(work, part, command.desk_id) if command.act is Act.UNDO else part


def with_next(work: Work, parts: Sequence[Part], desk_id: str) -> Part:
    """Of several lines the one from which the desk calls next, with who is called; the first if nobody waits."""
    found = [(part, row) for part in parts for row in _first(work, part, desk_id)]
    if not found:
        return parts[0]
    part, row = min(found, key=lambda pair: pair[0].row.policy.sort_key(pair[1].ticket))
    return part.with_tickets([row])


def binding(desks: Mapping[str, Desk], but: str) -> set[str]:
    """The desks whose own tickets no other may call."""
    return {desk.desk_id for desk in desks.values() if desk.state is not DeskState.CLOSED} - {but}


def desks_of(work: Work, line_id: str) -> dict[str, Desk]:
    """The desks that call from a line."""
    return {row.desk_id: Desk(row.desk_id, row.state, row.capacity) for row in work.queue_lines.desks_of(line_id)}


def _first(work: Work, part: Part, desk_id: str) -> Sequence[TicketRow]:
    bound_elsewhere = binding(part.line.desks, desk_id)
    return work.queue_tickets.waiting(*_key(part.row), limit=1, not_bound_to=bound_elsewhere)


def _with_desk(work: Work, part: Part, desk_id: str) -> Part:
    """The line's desks, and what the acting one holds, of this line and of others."""
    held = work.queue_tickets.at_desk(desk_id)
    here = [row for row in held if (row.ticket.line_id, row.day) == _key(part.row)]
    desks = desks_of(work, part.row.line_id)
    if desk_id in desks:
        desks[desk_id] = replace(desks[desk_id], elsewhere=len(held) - len(here))
    return replace(part, line=replace(part.line, desks=desks)).with_tickets(here)


def _with_last_act(work: Work, part: Part, desk_id: str) -> Part:
    last = work.queue_events.last_act_of(desk_id, *_key(part.row))
    if last is None or last.ticket is None:
        raise Refused(Refusal.NOTHING_TO_UNDO)
    ticket = last.ticket
    acts = acts_of(work.queue_events.of_ticket(ticket.ticket_id))
    standing = work.queue_tickets.find(ticket.ticket_id)
    part = part.with_tickets([] if standing is None else [standing])
    others = {one.ticket_id: one for one in work.queue_tickets.live_of(*_key(part.row), ticket.subject)}
    return replace(part, line=replace(part.line, tickets=others | dict(part.line.tickets), last_acts=acts))


def _key(row: LineRow) -> tuple[str, date]:
    return row.line_id, row.day


def _named(tickets: Iterable[Ticket]) -> dict[str, Ticket]:
    return {one.ticket_id: one for one in tickets}


def _tickets(rows: Mapping[str, TicketRow]) -> dict[str, Ticket]:
    return {ticket_id: row.ticket for ticket_id, row in rows.items()}
