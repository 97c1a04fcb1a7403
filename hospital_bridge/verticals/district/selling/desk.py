"""A shop's desk: a purchase is entered with the member's card or coupon, and goes to their wallet to be paid."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.values import Fen
from hospital_bridge.slot import CardRefusal, CardRefused, PaymentRequest, Right, Use
from hospital_bridge.verticals.district.coupons.kinds import USABLE
from hospital_bridge.verticals.district.coupons.offer import DISCOUNT, GIFT, offer_of
from hospital_bridge.verticals.district.selling import telling
from hospital_bridge.verticals.district.selling.purchase import Purchase, State
from hospital_bridge.verticals.district.store import offers, purchases

if TYPE_CHECKING:
    from hospital_bridge.slot import CardView, Scope, VerticalWork

SALE_KIND = "district.purchase"
NO_PURCHASE = "A gift coupon is redeemed on the page for cards, without a purchase."
CALLED_OFF = "called_off"
RETURNED = "returned"


class NoPayer(LookupError):
    """Nobody may pay for the member at this moment."""


class NoSuchShop(LookupError):
    """The mall has no such shop."""


def sell(scope: Scope, staff_id: str, shop_id: str, price_fen: int, code: str, *, command_key: str = "") -> Purchase:
    """Enter a purchase and open its order; CardRefused, and of one coupon at many desks one purchase is made.

    The coupon is used in the transaction that makes the order; it goes back to its holder when the money does. A
    command that is run again, because its first answer was lost, is told the purchase that it made.
    """
    commission = _commission(scope, shop_id)
    with scope.begin() as work:
        purchase_id = _of_command(staff_id, command_key) if command_key else work.ids.new()
        made = purchases.find(work, purchase_id)
        if made is not None:
            return made
        card = work.cards.look(code)
        payers = work.subjects.recipients(card.subject_id, Right.PAY)
        if not payers:
            raise NoPayer
        purchase = Purchase(
            purchase_id=purchase_id,
            subject_id=card.subject_id,
            wallet_user_id=payers[0],
            shop_id=shop_id,
            price_fen=price_fen,
            off_fen=min(price_fen, _off(work, card)),
            commission=commission,
            opened_at=work.now,
        )
        purchases.add(work, purchase)
        if card.kind == DISCOUNT:
            work.cards.redeem(Use(purchase.purchase_id, code, shop_id, staff_id, purchase.purchase_id))
        work.audit.record(staff_id, "purchase.entered", purchase.purchase_id, shop=shop_id)
        return _order(work, purchase)


def _of_command(staff_id: str, command_key: str) -> str:
    """The id of the purchase that this command of this cashier makes, however often it is run."""
    return hashlib.sha256(f"{staff_id}\n{command_key}".encode()).hexdigest()[:32]


def _commission(scope: Scope, shop_id: str) -> int:
    for shop in scope.settings["shops"]:
        if shop["id"] == shop_id:
            return int(shop["commission"])
    raise NoSuchShop(shop_id)


def _off(work: VerticalWork, card: CardView) -> int:
    """What a card takes off; CardRefused for one with which nothing can be bought."""
    if card.kind == DISCOUNT:
        return offers.get(work, offer_of(card.template_id)).off_fen
    if card.kind == GIFT:
        raise CardRefused(CardRefusal.NOT_ALLOWED, why=NO_PURCHASE)
    if card.state not in USABLE:
        raise CardRefused(CardRefusal.VOID)
    return 0


def _order(work: VerticalWork, purchase: Purchase) -> Purchase:
    payment_id = work.payments.open(
        PaymentRequest(
            sale_kind=SALE_KIND,
            sale_ref=purchase.purchase_id,
            subject_id=purchase.subject_id,
            wallet_user_id=purchase.wallet_user_id,
            amount_fen=Fen(purchase.paid_fen),
            expires_at=work.now + timedelta(minutes=work.settings["pay_minutes"]),
        )
    )
    # Nothing to pay is collected inside `open`, which has moved the purchase on: read it again.
    ordered = replace(purchases.get(work, purchase.purchase_id), payment_id=payment_id)
    purchases.save(work, ordered)
    telling.tell_to_pay(work, ordered)
    return purchases.get(work, purchase.purchase_id)


def call_off(scope: Scope, staff_id: str, purchase_id: str) -> None:
    """Close a purchase that nobody paid, and no other: giving back what was paid is not for a cashier.

    What arrives all the same in the meantime goes back.
    """
    with scope.begin() as work:
        purchase = purchases.get(work, purchase_id)
        if purchase.state is not State.ORDERED:
            return
        work.payments.abandon(purchase.payment_id, CALLED_OFF)
        work.audit.record(staff_id, "purchase.called_off", purchase_id)


def give_back(
    scope: Scope, staff_id: str, purchase_id: str, amount_fen: int | None = None, *, command_key: str = ""
) -> bool:
    """Refund a purchase, or a part of it, once for a command; False where so much is not left, or it is not booked.

    NeedsSecondPerson from the operator's sum on.
    """
    with scope.begin() as work:
        purchase = purchases.get(work, purchase_id)
        if amount_fen is None:
            work.payments.refund_all(purchase.payment_id, RETURNED, by_staff=True)
        elif not work.payments.refund_part(purchase.payment_id, Fen(amount_fen), RETURNED, command_key, by_staff=True):
            return False
        told = {"fen": str(amount_fen or purchase.paid_fen), "command": command_key}
        work.audit.record(staff_id, "purchase.given_back", purchase_id, **told)
    return True
