"""Who is seated at a table that becomes free: a line for each size of table, and which lines a table calls from.

A party stands in the line of the smallest tables that it fits, and a free table is offered to every party that fits it.
A line of larger tables has a head start of minutes over each smaller one, so that a table for eight is not given to two
while eight are waiting. The head starts bound it: nobody is passed at a table that they fit by a party that came later
than that. A table never stays empty while a waiting party fits it, and each overtaking has its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from queueing.ordering import Policy, Rank
from queueing.ticket import Ticket, TicketState

MOST_SIZES = 6
"""So many sizes of tables one restaurant can have; their lines are A to F."""


class NoSuchTable(LookupError):
    """The restaurant has no table for a party of that size."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with so many `seats`."""

    table_id: str
    seats: int

    def __post_init__(self) -> None:
        if self.seats < 1:
            raise ValueError("a table has a seat at least")


@dataclass(frozen=True, slots=True)
class TableRule:
    """The restaurant's order: the head start of each larger size of table, and how often a call may be missed."""

    head_start: timedelta = timedelta(minutes=20)
    pass_limit: int = 2

    def policy(self, size: int, sizes: Sequence[int]) -> Policy:
        """The order of the line of one size; a ticket's rank says how many guests it is for."""
        credit = self.head_start * sizes.index(size)
        smaller = max((each for each in sizes if each < size), default=0)
        ranks = {rank_of(guests): Rank(1, credit) for guests in range(smaller + 1, size + 1)}
        return Policy(ranks, credit_limit=max(credit, timedelta(0)), pass_limit=self.pass_limit)


def sizes_of(tables: Iterable[Table]) -> tuple[int, ...]:
    """The sizes of tables that there are, the smallest first."""
    return tuple(sorted({table.seats for table in tables}))


def size_for(guests: int, sizes: Iterable[int]) -> int:
    """The smallest table that a party fits; NoSuchTable where none does: nobody waits for what never comes."""
    if guests < 1:
        raise NoSuchTable(guests)
    fitting = [size for size in sizes if size >= guests]
    if not fitting:
        raise NoSuchTable(guests)
    return min(fitting)


def rank_of(guests: int) -> str:
    """The rank label of a ticket for so many guests."""
    return f"guests_{guests}"


def guests_of(ticket: Ticket) -> int:
    """How many guests a ticket is for."""
    return int(ticket.rank.removeprefix("guests_"))


def next_for(table: Table, tickets: Iterable[Ticket]) -> Ticket | None:
    """Whom a free table would call: of those who wait and fit it, who came first, head starts counted; maybe nobody."""
    fitting = [one for one in tickets if one.state is TicketState.WAITING and guests_of(one) <= table.seats]
    return min(fitting, key=lambda one: (one.anchor - one.credit, one.sequence, one.ticket_id), default=None)


def passed_by(table: Table, chosen: Ticket, tickets: Iterable[Ticket]) -> tuple[tuple[Ticket, str], ...]:
    """Those who wait for longer than whom the table calls and go on waiting, each with the sentence that says why."""
    earlier = [one for one in tickets if one.state is TicketState.WAITING and one.anchor < chosen.anchor]
    return tuple((one, _why(table, chosen, one)) for one in earlier)


def _why(table: Table, chosen: Ticket, passed: Ticket) -> str:
    if guests_of(passed) > table.seats:
        return TOO_SMALL
    return MISSED_A_CALL if passed.line_id == chosen.line_id else NEEDED_FOR_LARGER


TOO_SMALL = "The table is too small for them."
NEEDED_FOR_LARGER = "The table is needed for the larger party, which has a head start."
MISSED_A_CALL = "They missed a call and have no head start any more."
