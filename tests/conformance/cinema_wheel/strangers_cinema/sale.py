"""Three seats as a sale: kept once they are paid, and given back whole when one of them is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from adapters.errors import Reason, Refused
from adapters.values import EntryKind
from hospital_bridge.slot import FulfilMode, PaidSale, Progress, Receipt, Sale, SaleEntry, Scope, VerticalWork

from . import store, telling, tickets
from .booking import SALE_KIND
from .order import SEATLESS, Order, State


def fulfil(scope: Scope, sale: PaidSale) -> Receipt:
    """Keep all three seats; Refused where the hold had ended and somebody else has one of them now."""
    with scope.begin() as work:
        if (standing := store.receipt(work, sale.serial)) is not None:
            return standing
        if not store.keep(work, _locked(work, sale.sale_ref)):
            raise Refused("the seats were taken after their hold had ended", reason=Reason.SLOT_TAKEN)
        return store.enter(work, EntryKind.PAYMENT, sale)


def reverse(scope: Scope, sale: PaidSale) -> Receipt:
    """Enter the refund in the book."""
    with scope.begin() as work:
        return store.enter(work, EntryKind.REFUND, sale)


def entries(scope: Scope, day: date) -> Sequence[SaleEntry]:
    """The cinema's own book of a business day."""
    with scope.read() as work:
        return store.entries_of(work, day, scope.timezone)


def changed(work: VerticalWork, sale_ref: str, progress: Progress, reason: str) -> None:
    """Follow the order's money: a ticket for who has the seats, the seats for others where the money is not there."""
    order = _locked(work, sale_ref)
    moved = order.after(progress)
    if moved.state is order.state:
        return
    work.audit.record("bridge", f"order.{moved.state}", order.order_id, reason=reason)
    if moved.state is State.SOLD:
        moved = tickets.issue(work, moved)
    elif moved.state in SEATLESS:
        store.release(work, moved)
        tickets.take_back(work, moved)
    store.save_order(work, moved)
    telling.tell_moved(work, moved)


def _locked(work: VerticalWork, order_id: str) -> Order:
    """The order, its screening held first as every buyer does, so that nobody waits crosswise."""
    order = store.order(work, order_id)
    if order is None:
        raise LookupError(order_id)
    store.screening(work, order.screening_id, lock=True)
    return store.order(work, order_id, lock=True) or order


SALE = Sale(
    kind=SALE_KIND,
    title="电影票",
    mode=FulfilMode.IDEMPOTENT,
    fulfil=fulfil,
    query=None,
    reverse=reverse,
    query_reversal=None,
    changed=changed,
    entries=entries,
)
