"""Membership points as lots that expire: what a member has is a fold over what happened, and nothing else.

The lot that expires first is spent first; of two alike the one that was earned first. A refund takes the points of its
purchase back: first what is left of that very lot, then from the others in the order of spending. What cannot be
found, because it was spent, is owed: points earned later pay the debt before they can be spent. A balance is never
negative, and what had expired unspent is not taken a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import TypeAlias


class NotEnoughPoints(Exception):
    """The member has fewer points than are to be spent."""


class UnknownLot(LookupError):
    """No points were earned under that id, or more are to be taken back than were earned."""


@dataclass(frozen=True, slots=True)
class Earned:
    """A purchase gave points; they can be spent until just before `expires_at`."""

    lot_id: str
    points: int
    at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """The member paid with points."""

    points: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The purchase of a lot was refunded, whole or in part; its points go."""

    lot_id: str
    points: int
    at: datetime


PointsEvent: TypeAlias = Earned | Spent | TakenBack


@dataclass(frozen=True, slots=True)
class Lot:
    """What is `left` of the points of one purchase, and how many of them a refund may still take back."""

    lot_id: str
    left: int
    refundable: int
    earned_at: datetime
    expires_at: datetime

    def lives(self, at: datetime) -> bool:
        """Whether its points can be spent at that instant."""
        return self.left > 0 and at < self.expires_at


@dataclass(frozen=True, slots=True)
class Account:
    """One member's lots, the first to be spent first, and the points that are `owed`."""

    lots: tuple[Lot, ...] = ()
    owed: int = 0

    def balance(self, at: datetime) -> int:
        """The points that can be spent at that instant."""
        return sum(lot.left for lot in self.lots if lot.lives(at))


def fold(events: Iterable[PointsEvent]) -> Account:
    """The account after all events, which come in the order in which they were written down."""
    return reduce(after, events, Account())


def after(account: Account, event: PointsEvent) -> Account:
    """The account after one event; NotEnoughPoints or UnknownLot where it cannot have happened."""
    if event.points <= 0:
        raise ValueError("an event moves at least one point")
    if isinstance(event, Earned):
        return _earn(account, event)
    if isinstance(event, Spent):
        if account.balance(event.at) < event.points:
            raise NotEnoughPoints
        return _draw(account, event.points, event.at)
    return _take_back(account, event)


def _earn(account: Account, event: Earned) -> Account:
    if any(lot.lot_id == event.lot_id for lot in account.lots):
        raise ValueError("the points of a purchase are earned once")
    paid = min(account.owed, event.points)
    lot = Lot(event.lot_id, event.points - paid, event.points, event.at, event.expires_at)
    lots = sorted((*account.lots, lot), key=lambda each: (each.expires_at, each.earned_at, each.lot_id))
    return Account(tuple(lots), account.owed - paid)


def _draw(account: Account, points: int, at: datetime) -> Account:
    """Points out of the living lots in the order of spending; what they do not hold is owed."""
    wanted = points
    lots: list[Lot] = []
    for lot in account.lots:
        taken = min(wanted, lot.left) if lot.lives(at) else 0
        lots.append(replace(lot, left=lot.left - taken))
        wanted -= taken
    return Account(tuple(lots), account.owed + wanted)


def _take_back(account: Account, event: TakenBack) -> Account:
    lot = next((lot for lot in account.lots if lot.lot_id == event.lot_id), None)
    if lot is None or lot.refundable < event.points:
        raise UnknownLot(event.lot_id)
    # An expired lot still answers for its own refund: what nobody spent of it is gone already.
    own = min(lot.left, event.points)
    less = replace(lot, left=lot.left - own, refundable=lot.refundable - event.points)
    lots = tuple(less if each is lot else each for each in account.lots)
    return _draw(replace(account, lots=lots), event.points - own, event.at)


def expiring(account: Account, at: datetime, until: datetime) -> Iterator[Lot]:
    """The lots with points that will be lost before `until`, the first to go first."""
    return (lot for lot in account.lots if lot.lives(at) and lot.expires_at <= until)
