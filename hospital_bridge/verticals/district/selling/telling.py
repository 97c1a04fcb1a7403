"""What a member is told: of a purchase, of its points, and of what ends soon."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.slot import Notice, Right
from hospital_bridge.verticals.district.coupons.kinds import USABLE
from hospital_bridge.verticals.district.store import points, purchases
from notifications.catalogue import Entry
from notifications.message import Kind, Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import Scope, VerticalWork
    from hospital_bridge.verticals.district.selling.purchase import Purchase

MEMBER = "member"
TO_PAY, EARNED, REFUNDED = "purchase.to_pay", "purchase.earned", "purchase.refunded"
COUPON_ENDS, POINTS_END = "coupon.ends", "points.end"
LAST = timedelta(minutes=1)
"""Who reads that something ends at 0:00 of a day comes on that day: its last minute is named."""

LONGEST_NAME = 40
"""Characters of a name that a message has room for."""


def _notice(event: str, parameters: Mapping[str, Kind], sentence: str, page: str) -> Notice:
    return Notice(Entry(event, MEMBER, Template(event.replace(".", "_"), parameters)), sentence, page=page)


NOTICES = (
    _notice(TO_PAY, {"shop": Kind.LABEL, "amount": Kind.MONEY}, "%(shop)s: %(amount)s to pay.", "purchase"),
    _notice(
        EARNED,
        {"amount": Kind.MONEY, "points": Kind.COUNT},
        "%(amount)s paid, %(points)s points earned.",
        "purchase",
    ),
    _notice(
        REFUNDED, {"amount": Kind.MONEY}, "%(amount)s is refunded; a coupon that was used is yours again.", "purchase"
    ),
    _notice(
        COUPON_ENDS,
        {"title": Kind.LABEL, "end": Kind.INSTANT},
        "Your coupon \u201c%(title)s\u201d can be used until %(end)s.",
        "mine",
    ),
    _notice(
        POINTS_END,
        {"points": Kind.COUNT, "end": Kind.INSTANT},
        "%(points)s of your points can be used until %(end)s.",
        "mine",
    ),
)


def tell_to_pay(work: VerticalWork, purchase: Purchase) -> None:
    """That the order of a purchase stands in the wallet; nothing where the coupon paid all."""
    if purchase.paid_fen:
        names = {shop["id"]: shop["name"] for shop in work.settings["shops"]}
        shop = names[purchase.shop_id][:LONGEST_NAME]
        _tell(work, TO_PAY, purchase, {"shop": shop, "amount": purchase.paid_fen})


def tell_paid(work: VerticalWork, purchase: Purchase, earned: int) -> None:
    """What the purchase came to in points."""
    _tell(work, EARNED, purchase, {"amount": purchase.paid_fen, "points": earned})


def tell_refunded(work: VerticalWork, purchase: Purchase) -> None:
    """That the money is back, and with it the coupon."""
    _tell(work, REFUNDED, purchase, {"amount": purchase.paid_fen})


def _tell(work: VerticalWork, event: str, purchase: Purchase, parameters: Mapping[str, str | int]) -> None:
    about = purchase.purchase_id
    if purchase.wallet_user_id == purchases.NOBODY:
        return
    work.messages.tell(event, MEMBER, purchase.wallet_user_id, parameters, dedupe_key=f"{event}:{about}", about=about)


def tell_coupon_ends(scope: Scope, card_id: str) -> None:
    """Job: a coupon that can still be used ends soon."""
    with scope.begin() as work:
        card = work.cards.get(card_id)
        if card.state not in USABLE or card.expires_at is None or card.expires_at <= work.now:
            return
        for holder in work.subjects.recipients(card.subject_id, Right.PAY)[:1]:
            said = {"title": card.title[:LONGEST_NAME], "end": card.expires_at - LAST}
            work.messages.tell(COUPON_ENDS, MEMBER, holder, said, dedupe_key=f"{COUPON_ENDS}:{card_id}")


def tell_points_end(scope: Scope, purchase_id: str) -> None:
    """Job: what is left of the points of a purchase is lost soon."""
    with scope.begin() as work:
        purchase = purchases.get(work, purchase_id)
        if purchase.wallet_user_id == purchases.NOBODY:
            return
        for lot in points.account(work, purchase.subject_id).lots:
            if lot.lot_id == purchase_id and lot.lives(work.now):
                said = {"points": lot.left, "end": lot.expires_at}
                key = f"{POINTS_END}:{purchase_id}"
                work.messages.tell(POINTS_END, MEMBER, purchase.wallet_user_id, said, dedupe_key=key)
