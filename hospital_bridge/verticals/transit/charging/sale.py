"""A service day as a sale: entered in the operator's own book, once for each serial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.values import EntryKind
from hospital_bridge.slot import FulfilMode, Progress, Sale
from hospital_bridge.verticals.transit.charging import telling
from hospital_bridge.verticals.transit.charging.closing import SALE_KIND
from hospital_bridge.verticals.transit.charging.day_charge import OWING, TRANSITIONS, Event, day_of
from hospital_bridge.verticals.transit.store import day_charges, receipts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hospital_bridge.slot import PaidSale, Receipt, SaleEntry, Scope, VerticalWork

_EVENTS = {
    Progress.COLLECTED: Event.COLLECTED,
    Progress.EXPIRED: Event.EXPIRED,
    Progress.REFUNDED: Event.REFUNDED,
}


def fulfil(scope: Scope, sale: PaidSale) -> Receipt:
    """Enter the payment in the operator's book."""
    with scope.begin() as work:
        return receipts.enter(work, EntryKind.PAYMENT, sale)


def reverse(scope: Scope, sale: PaidSale) -> Receipt:
    """Enter the refund in the operator's book."""
    with scope.begin() as work:
        return receipts.enter(work, EntryKind.REFUND, sale)


def entries(scope: Scope, day: date) -> Sequence[SaleEntry]:
    """The operator's book of that business day."""
    with scope.read() as work:
        return receipts.of_day(work, day, scope.timezone)


def changed(work: VerticalWork, sale_ref: str, progress: Progress, reason: str) -> None:
    """Follow the money of the day's last order, in the transaction that moved it.

    A journey that was made cannot be unmade: what the book says of it (fulfilled) moves nothing.
    """
    day, event = day_charges.get(work, day_of(sale_ref), lock=True), _EVENTS.get(progress)
    if event is None or day.sale_ref != sale_ref or (day.state, event) not in TRANSITIONS:
        work.audit.record("bridge", "day.stays", day.day_id, state=day.state, progress=progress)
        return
    moved = day.after(event)
    day_charges.save(work, moved)
    if (day.state in OWING) != (moved.state in OWING):
        act = "account.blocked" if moved.state in OWING else "account.released"
        work.audit.record("bridge", act, day.account_id, day=day.day_id, reason=reason)
        telling.tell_moved(work, moved)


SALE = Sale(
    kind=SALE_KIND,
    title="乘车费",
    mode=FulfilMode.IDEMPOTENT,
    fulfil=fulfil,
    query=None,
    reverse=reverse,
    query_reversal=None,
    changed=changed,
    entries=entries,
)
