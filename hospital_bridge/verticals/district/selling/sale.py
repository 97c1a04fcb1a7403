"""A purchase as a sale: entered in the mall's book with the shares of shop and mall, once for each serial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.values import EntryKind
from hospital_bridge.slot import FulfilMode, Progress, Sale
from hospital_bridge.verticals.district import splitting
from hospital_bridge.verticals.district.selling import earning, telling
from hospital_bridge.verticals.district.selling.desk import SALE_KIND
from hospital_bridge.verticals.district.selling.purchase import TRANSITIONS, Event, State
from hospital_bridge.verticals.district.splitting import ShopShare, Split
from hospital_bridge.verticals.district.store import book, purchases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hospital_bridge.slot import PaidSale, Receipt, SaleEntry, Scope, VerticalWork
    from hospital_bridge.verticals.district.selling.purchase import Purchase

_EVENTS = {
    Progress.COLLECTED: Event.COLLECTED,
    Progress.EXPIRED: Event.EXPIRED,
    Progress.REFUNDED: Event.REFUNDED,
}


def fulfil(scope: Scope, sale: PaidSale) -> Receipt:
    """Enter the payment with its two shares."""
    with scope.begin() as work:
        purchase = purchases.get(work, sale.sale_ref, lock=True)
        line = book.find(work, sale.serial)
        if line is None:
            line = book.enter(work, EntryKind.PAYMENT, sale, planned(purchase).shares[0])
        return line.receipt


def reverse(scope: Scope, sale: PaidSale) -> Receipt:
    """Enter a refund, whole or in part, with what shop and mall give back; its points go with it."""
    with scope.begin() as work:
        purchase = purchases.get(work, sale.sale_ref, lock=True)
        line = book.find(work, sale.serial)
        if line is None:
            held = standing(work, purchase)
            given = ShopShare(purchase.shop_id, 0, 0)
            if sale.amount_fen:
                given = splitting.refund(held, purchase.shop_id, sale.amount_fen).back
            line = book.enter(work, EntryKind.REFUND, sale, given)
            earning.take_back(work, purchase, f"refund/{sale.serial}", held.fen - sale.amount_fen)
        return line.receipt


def planned(purchase: Purchase) -> Split:
    """What of the payment is the shop's and what the mall's."""
    shop, price = purchase.shop_id, max(purchase.price_fen, 1)
    return splitting.plan(purchase.paid_fen, {shop: price}, {shop: purchase.commission})


def standing(work: VerticalWork, purchase: Purchase) -> Split:
    """What shop and mall hold of a purchase by the lines of the book."""
    lines = book.of_purchase(work, purchase.purchase_id)
    shop_fen = sum(line.sign * line.shop_fen for line in lines)
    mall_fen = sum(line.sign * line.mall_fen for line in lines)
    return Split((ShopShare(purchase.shop_id, shop_fen, mall_fen),))


def entries(scope: Scope, day: date) -> Sequence[SaleEntry]:
    """The mall's book of that business day."""
    with scope.read() as work:
        return [book.entry(line) for line in book.of_day(work, day, scope.timezone)]


def changed(work: VerticalWork, sale_ref: str, progress: Progress, _reason: str) -> None:
    """Follow the money of the purchase, in the transaction that moved it; the core gives its coupon back.

    That it stands in the mall's own book (fulfilled) moves nothing.
    """
    event = _EVENTS.get(progress)
    if event is None:
        return
    purchase = purchases.get(work, sale_ref, lock=True)
    if (purchase.state, event) not in TRANSITIONS:
        work.audit.record("bridge", "purchase.stays", sale_ref, state=purchase.state, progress=progress)
        return
    moved = purchase.after(event)
    purchases.save(work, moved)
    if moved.state is State.PAID:
        telling.tell_paid(work, moved, earning.earn(work, moved))
    elif moved.state is State.REFUNDED:
        earning.take_back(work, moved, f"refunded/{sale_ref}", 0)
        telling.tell_refunded(work, moved)


SALE = Sale(
    kind=SALE_KIND,
    title="商圈消费",
    mode=FulfilMode.IDEMPOTENT,
    fulfil=fulfil,
    query=None,
    reverse=reverse,
    query_reversal=None,
    changed=changed,
    entries=entries,
    reverses_cards=True,
)
