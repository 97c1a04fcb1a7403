"""What each shop and the mall receive of one payment, and what each gives back when part of it is refunded.

Whole fen, and two rules of rounding. A discount is spread over the shops by the largest remainder, a tie going to the
shop whose name comes first. The mall's commission is rounded down, in a payment and in a refund alike, so the odd fen
is the shop's. Every share is at least 0 and all together are exactly what was paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

WHOLE = 10_000
"""A commission is given in parts of this: 250 is 2.5 %."""


class SplitState(StrEnum):
    """PLANNED: nothing was asked of the wallet. SENT: asked, its answer not known. DONE: the shops have their money."""

    PLANNED = "planned"
    SENT = "sent"
    DONE = "done"


class SplitEvent(StrEnum):
    """REFUSE is the wallet's firm no: the whole money is still the mall's, and the split may be sent again."""

    SEND = "send"
    CONFIRM = "confirm"
    REFUSE = "refuse"


TRANSITIONS: Mapping[tuple[SplitState, SplitEvent], SplitState] = {
    (SplitState.PLANNED, SplitEvent.SEND): SplitState.SENT,
    (SplitState.SENT, SplitEvent.CONFIRM): SplitState.DONE,
    (SplitState.SENT, SplitEvent.REFUSE): SplitState.PLANNED,
}


class IllegalSplit(Exception):
    """The event cannot happen to a split in that state."""


class SplitUnderWay(Exception):
    """A refund waits: whether the shops have the money is not known until the wallet has answered."""


@dataclass(frozen=True, slots=True)
class ShopShare:
    """One shop's part of a payment, in fen: `shop_fen` is the shop's own, `mall_fen` the mall's commission on it."""

    shop: str
    shop_fen: int
    mall_fen: int

    def __post_init__(self) -> None:
        if self.shop_fen < 0 or self.mall_fen < 0:
            raise ValueError("a share is never negative")

    @property
    def fen(self) -> int:
        """What the payer paid for this shop's goods."""
        return self.shop_fen + self.mall_fen


@dataclass(frozen=True, slots=True)
class Split:
    """How one payment is divided as it stands, after the refunds so far."""

    shares: tuple[ShopShare, ...]
    state: SplitState = SplitState.PLANNED

    @property
    def fen(self) -> int:
        """All shares together: what was paid less what was refunded."""
        return sum(share.fen for share in self.shares)

    def after(self, event: SplitEvent) -> Split:
        """The split once the event happened; IllegalSplit where TRANSITIONS has no such pair."""
        try:
            return replace(self, state=TRANSITIONS[self.state, event])
        except KeyError:
            raise IllegalSplit(f"a split that is {self.state} knows no {event}") from None


@dataclass(frozen=True, slots=True)
class ShareRefund:
    """A refund of one shop's goods: the split after it, and what came out of each share.

    With `returns_first` the shop holds `back.shop_fen` already: the wallet sends nothing before it was returned.
    """

    split: Split
    back: ShopShare
    returns_first: bool


def spread(fen: int, weights: Mapping[str, int]) -> dict[str, int]:
    """An amount over weights by the largest remainder; ValueError below 0 or where all weights are 0."""
    total = sum(weights.values())
    if fen < 0 or total <= 0 or min(weights.values()) < 0:
        raise ValueError("an amount is spread over weights from 0, not all of them 0")
    parts = {name: fen * weight // total for name, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda name: (-(fen * weights[name] % total), name))
    for name in by_remainder[: fen - sum(parts.values())]:
        parts[name] += 1
    return parts


def plan(paid_fen: int, goods: Mapping[str, int], commissions: Mapping[str, int]) -> Split:
    """The split of what was paid for goods of several shops (list price in fen), commission in parts of WHOLE."""
    paid = spread(paid_fen, goods)
    return Split(tuple(_share(shop, paid[shop], commissions[shop]) for shop in sorted(paid)))


def _share(shop: str, fen: int, commission: int) -> ShopShare:
    if not 0 <= commission <= WHOLE:
        raise ValueError(f"a commission lies between 0 and {WHOLE}")
    mall_fen = fen * commission // WHOLE
    return ShopShare(shop, fen - mall_fen, mall_fen)


def refund(split: Split, shop: str, fen: int) -> ShareRefund:
    """Give back part of what was paid for one shop's goods; SplitUnderWay while the wallet has not answered.

    Both give in proportion to what they hold, the mall's part rounded down: nobody gives more than they have, and
    whoever is refunded everything leaves nothing behind. ValueError above what is left of that shop's part.
    """
    if split.state is SplitState.SENT:
        raise SplitUnderWay
    held = _of(split.shares, shop)
    if not 0 < fen <= held.fen:
        raise ValueError("a refund is above 0 and not above what is left of the shop's part")
    mall_fen = fen * held.mall_fen // held.fen
    back = ShopShare(shop, fen - mall_fen, mall_fen)
    left = ShopShare(shop, held.shop_fen - back.shop_fen, held.mall_fen - back.mall_fen)
    shares = tuple(left if share.shop == shop else share for share in split.shares)
    returns_first = split.state is SplitState.DONE and back.shop_fen > 0
    return ShareRefund(replace(split, shares=shares), back, returns_first)


def _of(shares: Iterable[ShopShare], shop: str) -> ShopShare:
    for share in shares:
        if share.shop == shop:
            return share
    raise ValueError("nothing of this payment is that shop's")
