"""Checking in (签到) on the day: whoever is there takes their place in the line, once, however often they say so."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from queueing.commands import Act, Command
from queueing.ticket import TicketState

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.visits.visit import Visit
    from queueing.ticket import Ticket


class CheckIn(StrEnum):
    """What checking in came to."""

    IN_LINE = "in_line"
    BACK_IN_LINE = "back_in_line"
    ALREADY_IN_LINE = "already_in_line"
    NOT_TODAY = "not_today"
    CALLED_OFF = "called_off"
    OVER = "over"


_STEPS = {
    TicketState.BOOKED: (Act.CHECK_IN, CheckIn.IN_LINE),
    TicketState.PASSED: (Act.REJOIN, CheckIn.BACK_IN_LINE),
    TicketState.AWAY: (Act.RETURN_VISIT, CheckIn.BACK_IN_LINE),
}
"""Who missed a call, or comes back from an examination, checks in again in the same way."""


def check_in(work: VerticalWork, visit: Visit, actor: str) -> CheckIn:
    """Put the visit's ticket into the line, or back into it; saying so again changes nothing."""
    if visit.called_off:
        return CheckIn.CALLED_OFF
    if not visit.ticket_id or work.lines.day_of(visit.starts_at) != work.lines.today():
        return CheckIn.NOT_TODAY
    ticket = work.lines.position(visit.ticket_id).ticket
    if not ticket.is_live:
        return CheckIn.OVER
    if ticket.state not in _STEPS:
        return CheckIn.ALREADY_IN_LINE
    act, outcome = _STEPS[ticket.state]
    work.lines.act(Command(act, _command_id(act, ticket), actor, ticket_id=ticket.ticket_id))
    work.audit.record(actor, f"visit.{act.value}", visit.visit_id)
    return outcome


def stands_before(place: Sequence[str], visit: Visit) -> bool:
    """Whether a screen that stands before those departments or lines is there for the visit; none means all."""
    return not place or visit.department_code in place or visit.line_id in place


def _command_id(act: Act, ticket: Ticket) -> str:
    return f"{act.value}.{ticket.ticket_id}.{ticket.version}"
