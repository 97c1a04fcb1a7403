"""Who is seated at a table that becomes free: the order of the line, and for each table those whose size it fits.

A party that needs a table of that size (`least` guests or more) has a head start of minutes there over smaller ones,
so that a table for eight is not given to two while eight are waiting. The head start bounds it: nobody is passed at a
table that they fit by a party that came later than that. A table never stays empty while a waiting party fits it, and
each overtaking has its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from queueing.ordering import Cause, Explanation, Policy, SortKey, explain
from queueing.ticket import Ticket, TicketState


class NoSuchTable(LookupError):
    """The restaurant has no table for a party of that size."""


class TableCause(StrEnum):
    """Why a party was passed that the order of the line alone would not pass."""

    TABLE_TOO_SMALL = "table_too_small"
    NEEDED_FOR_LARGER = "needed_for_larger"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with so many `seats`; parties of `least` guests or more need one of its size."""

    table_id: str
    seats: int
    least: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.seats:
            raise ValueError("a table is for one guest at least and for no more than it has seats")


@dataclass(frozen=True, slots=True)
class Party:
    """A ticket and how many guests it is for."""

    ticket: Ticket
    guests: int

    def __post_init__(self) -> None:
        if self.guests < 1:
            raise ValueError("a party has one guest at least")


@dataclass(frozen=True, slots=True)
class Overtaking:
    """A party that was there first and was passed, why, and the figures that the sentence names."""

    ticket_id: str
    cause: TableCause | Cause
    parameters: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Seating:
    """Who is called to a table, and everybody who was there earlier and goes on waiting."""

    table: Table
    party: Party
    overtakings: tuple[Overtaking, ...]


@dataclass(frozen=True, slots=True)
class TableRule:
    """The restaurant's order: the line's policy, and the head start of who needs a table of that size."""

    policy: Policy
    head_start: timedelta = timedelta(minutes=20)

    def key(self, party: Party, table: Table) -> SortKey:
        """The party's place in the order of that table; it is fixed and no clock enters it."""
        key = self.policy.sort_key(party.ticket)
        return key._replace(due=key.due - self.head_start) if party.guests >= table.least else key


def check_size(guests: int, tables: Iterable[Table]) -> None:
    """NoSuchTable where no table, free or not, has so many seats: nobody waits for what never comes."""
    if all(table.seats < guests for table in tables):
        raise NoSuchTable(guests)


def seat(rule: TableRule, table: Table, parties: Iterable[Party]) -> Seating | None:
    """Who of the waiting is called to one free table; None where nobody who waits fits it."""
    waiting = [party for party in parties if party.ticket.state is TicketState.WAITING]
    fitting = [party for party in waiting if party.guests <= table.seats]
    if not fitting:
        return None
    chosen = min(fitting, key=lambda party: rule.key(party, table))
    earlier = (party for party in waiting if _came_first(party.ticket, chosen.ticket))
    return Seating(table, chosen, tuple(_overtaking(rule, table, chosen, party) for party in earlier))


def seat_all(rule: TableRule, tables: Iterable[Table], parties: Sequence[Party]) -> tuple[Seating, ...]:
    """One party for each free table while there are any, the smallest table first so that large ones stay for many."""
    seatings: list[Seating] = []
    left = list(parties)
    for table in sorted(tables, key=lambda table: (table.seats, table.table_id)):
        seating = seat(rule, table, left)
        if seating is not None:
            seatings.append(seating)
            left.remove(seating.party)
    return tuple(seatings)


def _came_first(one: Ticket, other: Ticket) -> bool:
    return (one.anchor, one.sequence) < (other.anchor, other.sequence)


def _overtaking(rule: TableRule, table: Table, chosen: Party, passed: Party) -> Overtaking:
    ticket = passed.ticket
    if passed.guests > table.seats:
        return Overtaking(ticket.ticket_id, TableCause.TABLE_TOO_SMALL, {"seats": table.seats, "guests": passed.guests})
    if rule.policy.sort_key(chosen.ticket) < rule.policy.sort_key(ticket):
        why: Explanation = explain(rule.policy, chosen.ticket, ticket)
        return Overtaking(ticket.ticket_id, why.cause, why.parameters)
    later_by = chosen.ticket.anchor - ticket.anchor
    return Overtaking(ticket.ticket_id, TableCause.NEEDED_FOR_LARGER, {"guests": chosen.guests, "later_by": later_by})
