"""The cards of the district: a discount for a purchase, a gift handed over at a desk, and the member's own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.slot import CardEvent, CardForm, CardKind, CardState, CardTemplate, WalletFace
from hospital_bridge.verticals.district.coupons.offer import DISCOUNT, GIFT, MEMBER, offer_of
from hospital_bridge.verticals.district.roles import CASHIER
from hospital_bridge.verticals.district.store import offers, purchases

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import CardView, Use, VerticalWork

ENDS = "district.coupon_ends"
SAID_BEFORE = timedelta(days=1)
"""So long before a coupon ends its holder is told."""

USABLE = frozenset({CardState.COLLECTED, CardState.REVERSED})
MEMBERSHIP = CardTemplate("district-member", MEMBER, "会员卡")

NEEDS_PURCHASE = "This coupon takes something off a purchase: enter the purchase with it."
TOO_SMALL = "The purchase is too small for this coupon."


def fits_purchase(work: VerticalWork, card: CardView, use: Use) -> str:
    """Why a discount may not be used for what it is held out for; nothing where it may."""
    purchase = purchases.find(work, use.order_ref)
    if purchase is None:
        return NEEDS_PURCHASE
    return TOO_SMALL if purchase.price_fen < offers.get(work, offer_of(card.template_id)).over_fen else ""


def watch_end(work: VerticalWork, card: CardView, event: CardEvent) -> None:
    """Have its holder told before it ends, from the collection on and again once it was given back."""
    if event not in (CardEvent.COLLECT, CardEvent.REVERSE) or card.expires_at is None:
        return
    run_at = card.expires_at - SAID_BEFORE
    if run_at > work.now:
        key = f"{ENDS}:{card.card_id}:{event}"
        work.jobs.add(ENDS, card.card_id, stream=f"{ENDS}:{card.card_id}", dedupe_key=key, run_at=run_at)


def desks(work: VerticalWork) -> Mapping[str, str]:
    """The shops, at whose desks cards are redeemed."""
    return {shop["id"]: shop["name"] for shop in work.settings["shops"]}


def in_wallet(work: VerticalWork, card: CardView) -> WalletFace | None:
    """How a coupon looks in the wallet, where the mall wrote that down; the wallet learns what its holder reads."""
    content = work.settings["wallet_coupon"]
    return WalletFace(content, {"title": card.title}) if content else None


KINDS = (
    CardKind(
        DISCOUNT,
        CardForm.COUPON,
        "Coupon",
        "Show it at the shop's desk before you pay.",
        allows=fits_purchase,
        changed=watch_end,
        redeemers=(CASHIER,),
        places=desks,
        in_wallet=in_wallet,
    ),
    CardKind(
        GIFT,
        CardForm.COUPON,
        "Gift coupon",
        "Show it at the shop's desk, and the gift is yours.",
        changed=watch_end,
        redeemers=(CASHIER,),
        places=desks,
        in_wallet=in_wallet,
    ),
    CardKind(
        MEMBER, CardForm.MEMBERSHIP, "Membership card", "Show it at the shop's desk, and the purchase earns points."
    ),
)
