"""A bill as a sale: posted at the hospital under its number (DFT^P03), reversed there, and listed by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hospital_bridge.slot import Progress
from hospital_bridge.verticals.hospital import postings
from hospital_bridge.verticals.hospital.bills import telling
from hospital_bridge.verticals.hospital.bills.bill import TRANSITIONS, Event, State, bill_of
from hospital_bridge.verticals.hospital.bills.paying import SALE_KIND, SETTLEMENT_KIND, sale_kind_of
from hospital_bridge.verticals.hospital.own_numbers import record_of
from hospital_bridge.verticals.hospital.store import bills

if TYPE_CHECKING:
    from hospital_bridge.slot import PaidSale, VerticalWork
    from hospital_bridge.verticals.hospital.bills.bill import Bill

_EVENTS = {
    Progress.COLLECTED: Event.COLLECTED,
    Progress.FULFILLED: Event.FULFILLED,
    Progress.REFUSED: Event.FULFILMENT_REFUSED,
    Progress.EXPIRED: Event.EXPIRED,
    Progress.REFUNDED: Event.REFUNDED,
}


def paid_for(work: VerticalWork, sale: PaidSale) -> postings.PaidFor:
    """The bill, which its payment settles."""
    bill = bills.get(work, bill_of(sale.sale_ref))
    patient = record_of(work, bill.subject_id, bill.mrn)
    return postings.PaidFor(patient, filler_id=bill.filler_id, bill_no=bill.bill_no, stay_no=bill.stay_no)


def changed(work: VerticalWork, sale_ref: str, progress: Progress, reason: str) -> None:
    """Follow the money of the bill's last order, in the transaction that moved it.

    News that cannot concern the bill any more, such as a refund of an earlier order's late money, leaves it as it is;
    whoever paid is told that their money is back.
    """
    bill, event = bills.of_order(work, sale_ref), _EVENTS[progress]
    if bill.sale_ref != sale_ref or (bill.state, event) not in TRANSITIONS:
        work.audit.record("bridge", "bill.stays", bill.bill_id, state=bill.state, progress=progress)
        if progress is Progress.REFUNDED and not _is_told(bill, sale_ref):
            _tell_back(work, bill, sale_ref)
        return
    # Why an order was closed is known since it was asked for; the wallet only says that it is done.
    is_known = bill.state in (State.CLOSING, State.WITHDRAWING)
    moved = bill.after(event, reason=None if is_known else reason)
    bills.save(work, moved)
    telling.tell_moved(work, moved)


def _is_told(bill: Bill, sale_ref: str) -> bool:
    """The word of a refusal says of its money already that it goes back."""
    return bill.state is State.REFUSED and bill.sale_ref == sale_ref


def _tell_back(work: VerticalWork, bill: Bill, sale_ref: str) -> None:
    for payment in work.payments.of_sales(sale_kind_of(bill), [sale_ref]):
        if payment.refunded_fen:
            telling.tell_back(work, bill, payment, sale_ref)


SALE = replace(postings.sale_of(SALE_KIND, "门诊缴费", paid_for, changed), invoice=postings.invoice)
SETTLEMENT = replace(SALE, kind=SETTLEMENT_KIND, title="住院结算补缴")
"""What the deposits onto a stay did not cover."""
