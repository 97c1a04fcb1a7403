"""One person who stands in a line twice, for the hospital had them under two record numbers: one of the places is kept.

Where the hospital parts the numbers again, each has a place of their own. Nothing is joined while the names differ, or
while two people have bound the record: whoever stands there may well be two, and the nurse sees both.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.store import record_holders, record_merges, visits
from hospital_bridge.verticals.hospital.visits import places, telling
from queueing.commands import Act, Command
from queueing.ticket import TicketState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.visits.visit import Visit
    from queueing.ticket import Ticket

BEFORE, AHEAD = timedelta(days=1), timedelta(days=400)

_NEAREST = (
    TicketState.SERVING,
    TicketState.CALLED,
    TicketState.AWAY,
    TicketState.WAITING,
    TicketState.HELD,
    TicketState.PASSED,
    TicketState.BOOKED,
)
"""Who is away has been seen already, and goes before others once they are back."""


def settle(work: VerticalWork, number: str) -> None:
    """After the hospital's word of that number: a place for each who was parted, one place for who is one."""
    for visit in _expected(work, number):
        _part(work, visit)
    if len(record_holders.holders(work, number)) > 1:
        return
    for kept, *others in _standing_twice(work, number):
        for other in others:
            if not other.is_at_desk:
                _give_up(work, other, kept)


def _standing_twice(work: VerticalWork, number: str) -> Iterator[Sequence[Ticket]]:
    """The live places of one name in one line on one day, where they are more than one, the nearest first."""
    found: dict[tuple[date, str, str], dict[str, Ticket]] = defaultdict(dict)
    for visit in _expected(work, number):
        ticket = places.ticket_of(work, visit.ticket_id)
        if ticket is not None and ticket.is_live:
            found[work.lines.day_of(visit.starts_at), ticket.line_id, visit.name][ticket.ticket_id] = ticket
    for tickets in found.values():
        if len(tickets) > 1:
            yield sorted(tickets.values(), key=lambda ticket: _nearness(work, ticket))


def _nearness(work: VerticalWork, ticket: Ticket) -> tuple[int, int, int]:
    return _NEAREST.index(ticket.state), work.lines.position(ticket.ticket_id).ahead or 0, ticket.sequence


def _give_up(work: VerticalWork, ticket: Ticket, kept: Ticket) -> None:
    for visit in visits.of_ticket(work, ticket.ticket_id):
        visits.save(work, visit.with_ticket(kept.ticket_id))
        work.audit.record(places.HOSPITAL, "visit.joined", visit.visit_id)
    command_id = f"join.{ticket.ticket_id}.{ticket.version}"
    work.lines.act(Command(Act.CANCEL, command_id, places.HOSPITAL, ticket_id=ticket.ticket_id))
    telling.tell_joined(work, ticket, kept)


def _part(work: VerticalWork, visit: Visit) -> None:
    """Whoever shares the place of a visit of another record has their own from now on."""
    ticket = places.ticket_of(work, visit.ticket_id)
    if ticket is None or not ticket.is_live or ticket.visit == visit.visit_id:
        return
    owner = visits.get(work, ticket.visit)
    if not owner.mrn or owner.mrn in record_merges.of_number(work, visit.mrn).numbers:
        return
    visits.save(work, visit.with_ticket(""))
    parted = visits.get(work, visit.visit_id)
    ticket_id = places.give(work, parted)
    if ticket.state is not TicketState.BOOKED:
        places.arrive(work, parted, ticket_id)
    work.audit.record(places.HOSPITAL, "visit.stands_alone", visit.visit_id)


def _expected(work: VerticalWork, number: str) -> Sequence[Visit]:
    """The visits of today and later of that number's record that have a place in a line."""
    near = visits.by_number(work, number, work.now - BEFORE, work.now + AHEAD)
    return [visit for visit in near if visit.ticket_id and not visit.called_off]
