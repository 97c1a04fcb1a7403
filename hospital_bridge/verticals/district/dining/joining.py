"""What a guest does: takes a number for so many, leaves the line, comes back after a missed call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.verticals.district.dining.lines import open_today
from hospital_bridge.verticals.district.dining.restaurant import restaurants
from hospital_bridge.verticals.district.waitlist import rank_of, size_for
from queueing.commands import Act, Command, Refusal, Refused
from queueing.ticket import IllegalTransition, TicketState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.district.dining.restaurant import Restaurant
    from queueing.ticket import Ticket

LEAVES = "left_by_guest"


class NotTheirNumber(LookupError):
    """The person has no such number."""


def take(work: VerticalWork, place: Restaurant, subject_id: str, guests: int) -> str:
    """A number at the restaurant, its ticket id; who has one there keeps it. NoSuchTable for a party too large."""
    size = size_for(guests, place.sizes)
    open_today(work, place)
    standing = next((one for one in numbers(work, subject_id) if one.line_id in place.line_ids and one.is_live), None)
    if standing is not None:
        return standing.ticket_id
    issue = Command(
        Act.ISSUE,
        work.ids.new(),
        subject_id,
        line_id=place.line_id(size),
        subject=subject_id,
        rank=rank_of(guests),
        arrived=True,
    )
    try:
        event = work.lines.act(issue)
    except Refused as refused:
        if refused.refusal is not Refusal.ALREADY_IN_LINE:
            raise
        return refused.ticket_id
    return event.ticket.ticket_id if event.ticket else ""


def leave(work: VerticalWork, ticket: Ticket) -> None:
    """Give the number back; one that is over, or whose guests sit at their table, stays as it is."""
    if ticket.is_live and ticket.state is not TicketState.SERVING:
        _act(work, Act.CANCEL, ticket)


def rejoin(work: VerticalWork, ticket: Ticket) -> None:
    """Stand in the line again after a missed call; of two presses the second finds them there."""
    if ticket.state is TicketState.PASSED:
        try:
            _act(work, Act.REJOIN, ticket)
        except IllegalTransition:
            return


def number(work: VerticalWork, subject_id: str, ticket_id: str) -> Ticket:
    """One of the person's numbers; NotTheirNumber."""
    found = next((one for one in numbers(work, subject_id) if one.ticket_id == ticket_id), None)
    if found is None:
        raise NotTheirNumber(ticket_id)
    return found


def numbers(work: VerticalWork, subject_id: str) -> Sequence[Ticket]:
    """The person's numbers at the restaurants that there are, the newest first."""
    ours = {line_id for place in restaurants(work.settings) for line_id in place.line_ids}
    return [one for one in work.lines.of_subject(subject_id) if one.line_id in ours]


def give_up(work: VerticalWork, subject_id: str) -> None:
    """Whoever is forgotten stands in no line any more."""
    for ticket in work.lines.of_subject(subject_id):
        if ticket.is_live:
            _act(work, Act.CANCEL, ticket)


def _act(work: VerticalWork, act: Act, ticket: Ticket) -> None:
    reason = LEAVES if act is Act.CANCEL else ""
    work.lines.act(Command(act, work.ids.new(), ticket.subject, reason, ticket_id=ticket.ticket_id))
