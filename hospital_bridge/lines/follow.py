"""What follows from an event in the same transaction: figures, forecasts, and what the vertical does about it."""

from __future__ import annotations

from hospital_bridge.lines.hall import Hall
from hospital_bridge.lines.part import Part, desks_of
from hospital_bridge.lines.waiting_time import ahead_of, outlook
from hospital_bridge.store.queue_tickets import TicketRow
from queueing.commands import Act, Event
from queueing.service_time import Observed
from queueing.ticket import Ticket, TicketState

_SERVED = frozenset({TicketState.DONE, TicketState.AWAY})
_ENTRIES = frozenset({Act.ISSUE, Act.CHECK_IN, Act.REJOIN, Act.RETURN_VISIT})


def follow(hall: Hall, part: Part, event: Event, ticket: Ticket) -> None:
    """Learn from the event, foresee what comes, then let the vertical follow."""
    before = part.rows.get(ticket.ticket_id)
    _count_service(hall, part, event, ticket)
    _judge(hall, part, event, before)
    entered = ticket.state is TicketState.WAITING and event.act in _ENTRIES
    if entered:
        hall.work.queue_tickets.note_near(ticket.ticket_id, told=False)
    if entered or event.act is Act.RESUME:
        expected = outlook(hall, ticket, part.row.day, part.row.policy)
        hall.work.queue_tickets.expect(ticket.ticket_id, expected.forecast)
    hall.rules.changed(hall.unit, event)
    if event.act is not Act.EXPIRE and _order_changed(before, event, ticket):
        _tell_who_is_near(hall, part)


def _count_service(hall: Hall, part: Part, event: Event, ticket: Ticket) -> None:
    """A service lasts from the call until the desk is free; one that is taken back was none."""
    key = (part.row.line_id, ticket.desk_id, part.row.day)
    if event.act in {Act.FINISH, Act.SEND_AWAY} and ticket.called_at is not None:
        hall.work.queue_figures.count_service(*key, Observed().seen(event.at - ticket.called_at))
    standing = part.rows.get(ticket.ticket_id)
    if event.act is not Act.UNDO or standing is None or standing.ticket.state not in _SERVED:
        return
    ended, called = standing.ticket.since, standing.ticket.called_at
    if ended is not None and called is not None:
        hall.work.queue_figures.count_service(*key, Observed() - Observed().seen(ended - called))


def _judge(hall: Hall, part: Part, event: Event, before: TicketRow | None) -> None:
    """A forecast is judged by a call in turn; every other way out of the line says nothing about it."""
    if before is None or before.forecast is None or before.forecast_at is None:
        return
    if event.act is Act.CALL_NEXT:
        figures = hall.work.queue_figures
        judged = figures.calibration(part.row.line_id).judge(before.forecast, event.at - before.forecast_at)
        figures.keep_calibration(part.row.line_id, judged)
    if event.act in {Act.CALL_NEXT, Act.CALL, Act.HOLD, Act.RECLASSIFY}:
        hall.work.queue_tickets.expect(before.ticket.ticket_id, None)


def _order_changed(before: TicketRow | None, event: Event, ticket: Ticket) -> bool:
    waited = before is not None and before.ticket.state is TicketState.WAITING
    return waited != (ticket.state is TicketState.WAITING) or event.act is Act.RECLASSIFY


def _tell_who_is_near(hall: Hall, part: Part) -> None:
    """Those at the front who have not been told on this way to it."""
    row, tickets = part.row, hall.work.queue_tickets
    distance = hall.rules.near_at(hall.context.settings)
    front = tickets.waiting(row.line_id, row.day, limit=distance + 1)
    candidates = {one.ticket.ticket_id: one for one in [*front, *tickets.bound(row.line_id, row.day)]}
    untold = [one.ticket for one in candidates.values() if not one.told_near]
    desks = desks_of(hall.work, row.line_id) if untold else {}
    for ticket in untold:
        ahead = ahead_of(hall, ticket, row.day, row.policy, desks)
        if ahead <= distance:
            tickets.note_near(ticket.ticket_id, told=True)
            hall.rules.near(hall.unit, ticket, ahead)
