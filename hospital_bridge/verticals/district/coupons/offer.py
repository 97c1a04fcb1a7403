"""An offer: a coupon, what it is worth at a shop's desk, and how a member comes by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import CardRules, CardTemplate
from hospital_bridge.verticals.district.flash_sale import FlashSale

if TYPE_CHECKING:
    from collections.abc import Mapping

DISCOUNT, GIFT, MEMBER = "district.discount", "district.gift", "district.member"
"""The kinds of the district's cards."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A coupon that is given out from `opens_at` until just before `closes_at`; sums in fen.

    `off_fen` is taken off a purchase of `over_fen` or more; a coupon without `off_fen` is handed over for a gift. What
    costs no `points` goes in a flash sale. `shops` are those that take it, none meaning all; it can be used for `days`
    from the day on which it is collected.
    """

    offer_id: str
    title: str
    off_fen: int
    over_fen: int
    points: int
    supply: int
    days: int
    shops: frozenset[str]
    opens_at: datetime
    closes_at: datetime
    at_once: int = 200

    @property
    def template_id(self) -> str:
        """Templates of all verticals share one name space."""
        return f"district-{self.offer_id}"

    @property
    def is_flash(self) -> bool:
        """Whether it goes to who is fastest, and not for points."""
        return self.points == 0

    @property
    def worth(self) -> tuple[int, int, int]:
        """What nobody may change once somebody holds one."""
        return self.off_fen, self.over_fen, self.points

    @property
    def template(self) -> CardTemplate:
        """The cards of it, one to each member; one that nobody collected ends like the last one that was."""
        rules = CardRules(ends_at=self.closes_at + timedelta(days=self.days), days=self.days, places=self.shops)
        return CardTemplate(
            self.template_id, DISCOUNT if self.off_fen else GIFT, self.title, rules, supply=self.supply, each=1
        )

    @property
    def sale(self) -> FlashSale:
        """The flash sale of it."""
        return FlashSale(self.offer_id, self.template_id, self.opens_at, self.closes_at, self.at_once)

    def is_open(self, at: datetime) -> bool:
        """Whether it is given out at that instant."""
        return self.opens_at <= at < self.closes_at


def offer_of(template_id: str) -> str:
    """The offer id behind the template of a card."""
    return template_id.removeprefix("district-")


def configured(settings: Mapping[str, Any]) -> tuple[Offer, ...]:
    """The offers that the settings describe; members see one once the mall has put it up."""
    return tuple(
        Offer(
            offer_id=coupon["id"],
            title=coupon["title"],
            off_fen=coupon["off_fen"],
            over_fen=coupon["over_fen"],
            points=coupon["points"],
            supply=coupon["supply"],
            days=coupon["days"],
            shops=frozenset(coupon["shops"]),
            opens_at=coupon["opens_at"],
            closes_at=coupon["closes_at"],
            at_once=coupon["at_once"],
        )
        for coupon in settings["coupons"]
    )
