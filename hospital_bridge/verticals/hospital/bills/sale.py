"""A bill as a sale: posted at the hospital under its number (DFT^P03), reversed there, and listed by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.values import EntryKind, Posting
from hospital_bridge.slot import FulfilMode, Progress, Sale
from hospital_bridge.verticals.hospital import postings
from hospital_bridge.verticals.hospital.bills import telling
from hospital_bridge.verticals.hospital.bills.bill import TRANSITIONS, Event, State, bill_of
from hospital_bridge.verticals.hospital.bills.paying import SALE_KIND, SETTLEMENT_KIND
from hospital_bridge.verticals.hospital.own_numbers import record_of
from hospital_bridge.verticals.hospital.store import bills

if TYPE_CHECKING:
    from hospital_bridge.slot import PaidSale, Receipt, Scope, VerticalWork

_EVENTS = {
    Progress.COLLECTED: Event.COLLECTED,
    Progress.FULFILLED: Event.FULFILLED,
    Progress.REFUSED: Event.FULFILMENT_REFUSED,
    Progress.EXPIRED: Event.EXPIRED,
    Progress.REFUNDED: Event.REFUNDED,
}


def fulfil(scope: Scope, sale: PaidSale) -> Receipt:
    """Post the payment at the hospital, which settles the bill there."""
    return postings.post(scope, _posting(scope, sale, EntryKind.PAYMENT))


def reverse(scope: Scope, sale: PaidSale) -> Receipt:
    """Post the refund at the hospital."""
    return postings.post(scope, _posting(scope, sale, EntryKind.REFUND))


def changed(work: VerticalWork, sale_ref: str, progress: Progress, reason: str) -> None:
    """Follow the money of the bill's last order, in the transaction that moved it.

    News that cannot concern the bill any more, such as a refund of an earlier order's late money, leaves it as it is.
    """
    bill, event = bills.of_order(work, sale_ref), _EVENTS[progress]
    if bill.sale_ref != sale_ref or (bill.state, event) not in TRANSITIONS:
        work.audit.record("bridge", "bill.stays", bill.bill_id, state=bill.state, progress=progress)
        return
    # Why an order was closed is known since it was asked for; the wallet only says that it is done.
    is_known = bill.state in (State.CLOSING, State.WITHDRAWING)
    moved = bill.after(event, reason=None if is_known else reason)
    bills.save(work, moved)
    telling.tell_moved(work, moved)


def _posting(scope: Scope, sale: PaidSale, kind: EntryKind) -> Posting:
    with scope.read() as work:
        bill = bills.get(work, bill_of(sale.sale_ref))
        patient = record_of(work, bill.subject_id, bill.mrn)
    return Posting(
        serial=sale.serial,
        kind=kind,
        amount_fen=sale.amount_fen,
        patient=patient,
        filler_id=bill.filler_id,
        merchant_order_no=sale.merchant_order_no,
        provider_trade_no=sale.provider_trade_no,
        occurred_at=sale.occurred_at,
        refers_to=sale.refers_to,
        bill_no=bill.bill_no,
        stay_no=bill.stay_no,
    )


SALE = Sale(
    kind=SALE_KIND,
    title="门诊缴费",
    mode=FulfilMode.QUERYABLE,
    fulfil=fulfil,
    query=postings.find,
    reverse=reverse,
    query_reversal=postings.find,
    changed=changed,
    entries=postings.entries,
    invoice=postings.invoice,
)
SETTLEMENT = replace(SALE, kind=SETTLEMENT_KIND, title="住院结算补缴")
"""What the deposits onto a stay did not cover."""
