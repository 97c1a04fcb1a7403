"""Who comes first: strict tiers, and within a tier the anchor less a credit of minutes.

A ticket's key is fixed when it takes its place and no clock enters it, so nobody changes places by the passing of
time. Within a tier a later anchor precedes an earlier one by no more than the difference of their credits, which
bounds overtaking (reference/queue.md sections 2 and 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from queueing.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Rank:
    """What a rank label is worth: a lower `tier` always goes first, `credit` counts within the tier."""

    tier: int
    credit: timedelta = timedelta(0)


class UnknownRank(LookupError):
    """The policy has no such rank label."""


class Place(NamedTuple):
    """What a ticket holds of its line's order: the aware instant it counts from, and its head start."""

    anchor: datetime
    credit: timedelta


class SortKey(NamedTuple):
    """Compares as a tuple: tier, then anchor less credit; number and id make the order total."""

    tier: int
    due: datetime
    sequence: int
    ticket_id: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A line's rule of order as data: rank label -> tier and credit.

    Who comes later than `grace` after an appointed time forfeits the credit. Who lets more than `pass_limit` calls
    pass has not come; who rejoins after one counts from `rejoin_gain` ago at the earliest. Who comes back from
    elsewhere has the `return_rank`, where one is set and it is no worse than their own, and with `return_to_desk`
    is seen where they were seen before. ValueError for an unknown return rank, a negative pass limit, and a credit
    that is negative or above `credit_limit`, which is the furthest that anybody can overtake.
    """

    ranks: Mapping[str, Rank] = field(hash=False)
    grace: timedelta = timedelta(minutes=15)
    credit_limit: timedelta = timedelta(minutes=30)
    pass_limit: int = 2
    rejoin_gain: timedelta = timedelta(minutes=10)
    return_rank: str = ""
    return_to_desk: bool = True

    def __post_init__(self) -> None:
        for label, rank in self.ranks.items():
            if not timedelta(0) <= rank.credit <= self.credit_limit:
                raise ValueError(f"rank {label}: a credit lies between 0 and {self.credit_limit}")
        if self.return_rank and self.return_rank not in self.ranks:
            raise ValueError(f"no rank {self.return_rank} for who comes back")
        if self.pass_limit < 0:
            raise ValueError("a pass limit is never negative")
        object.__setattr__(self, "ranks", MappingProxyType(dict(self.ranks)))

    def rank(self, label: str) -> Rank:
        """What the label is worth; UnknownRank when the policy lacks it."""
        try:
            return self.ranks[label]
        except KeyError:
            raise UnknownRank(f"no rank {label} in this policy") from None

    def place(self, label: str, arrived_at: datetime, appointed_at: datetime | None = None) -> Place:
        """Where an arrival stands: who is early counts from the appointment, who is late from the arrival."""
        credit = self.rank(label).credit
        if appointed_at is None:
            return Place(arrived_at, credit)
        if arrived_at > appointed_at + self.grace:
            return Place(arrived_at, timedelta(0))
        return Place(max(arrived_at, appointed_at), credit)

    def place_after_pass(self, old: Place, now: datetime) -> Place:
        """Where who missed a call stands again: never before their old place, and then without a head start."""
        earliest = now - self.rejoin_gain
        return old if old.anchor - old.credit >= earliest else Place(earliest, timedelta(0))

    def rank_on_return(self, label: str) -> str:
        """The rank of who comes back: the return rank, unless their own is of a tier that goes before it."""
        if not self.return_rank or self.rank(label).tier < self.rank(self.return_rank).tier:
            return label
        return self.return_rank

    def sort_key(self, ticket: Ticket) -> SortKey:
        """The ticket's place in the order, from the ticket alone; UnknownRank when the policy lacks its label."""
        return SortKey(self.rank(ticket.rank).tier, ticket.anchor - ticket.credit, ticket.sequence, ticket.ticket_id)

    def arrange(self, tickets: Iterable[Ticket]) -> tuple[Ticket, ...]:
        """The tickets in the order in which they are to be called."""
        return tuple(sorted(tickets, key=self.sort_key))


class Cause(StrEnum):
    """Why one ticket goes before another; the words are the reader's language to choose."""

    HIGHER_TIER = "higher_tier"
    EARLIER_ANCHOR = "earlier_anchor"
    MORE_CREDIT = "more_credit"
    ISSUED_FIRST = "issued_first"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A cause and the figures that its sentence names; never a subject."""

    cause: Cause
    parameters: Mapping[str, str | timedelta] = field(default_factory=dict, hash=False)


def explain(policy: Policy, first: Ticket, second: Ticket) -> Explanation:
    """Why `first` goes before `second`; ValueError when it does not."""
    ahead, behind = policy.sort_key(first), policy.sort_key(second)
    if ahead >= behind:
        raise ValueError("the first ticket does not go before the second")
    if ahead.tier != behind.tier:
        return Explanation(Cause.HIGHER_TIER, {"rank": first.rank, "other_rank": second.rank})
    if ahead.due == behind.due:
        return Explanation(Cause.ISSUED_FIRST)
    return _explain_due(first, second)


def _explain_due(first: Ticket, second: Ticket) -> Explanation:
    """The cause within one tier: the earlier anchor where there is one, for it needs no rule to be understood."""
    later_by = first.anchor - second.anchor
    if later_by < timedelta(0):
        return Explanation(Cause.EARLIER_ANCHOR, {"earlier_by": -later_by})
    return Explanation(Cause.MORE_CREDIT, {"more_credit": first.credit - second.credit, "later_by": later_by})
