"""The registration fee as a sale: posted at the hospital (DFT^P03), reversed there, and listed by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.values import EntryKind, Posting
from hospital_bridge.slot import FulfilMode, PaidSale, Progress, Receipt, Sale, Scope, VerticalWork
from hospital_bridge.verticals.hospital import leaving, postings
from hospital_bridge.verticals.hospital.booking import SALE_KIND, patient_of
from hospital_bridge.verticals.hospital.registration import TRANSITIONS, Event, Registration, State
from hospital_bridge.verticals.hospital.store import registrations
from hospital_bridge.verticals.hospital.visits import registering

if TYPE_CHECKING:
    from datetime import datetime


def _posting(scope: Scope, sale: PaidSale, kind: EntryKind) -> Posting:
    with scope.read() as work:
        registration = registrations.get(work, sale.sale_ref)
        patient = patient_of(work, registration)
    return Posting(
        serial=sale.serial,
        kind=kind,
        amount_fen=sale.amount_fen,
        patient=patient,
        filler_id=registration.filler_id,
        merchant_order_no=sale.merchant_order_no,
        provider_trade_no=sale.provider_trade_no,
        occurred_at=sale.occurred_at,
        refers_to=sale.refers_to,
    )


def fulfil(scope: Scope, sale: PaidSale) -> Receipt:
    """Post the payment at the hospital, which makes the appointment a registration."""
    return postings.post(scope, _posting(scope, sale, EntryKind.PAYMENT))


def reverse(scope: Scope, sale: PaidSale) -> Receipt:
    """Post the refund at the hospital."""
    return postings.post(scope, _posting(scope, sale, EntryKind.REFUND))


_EVENTS = {
    Progress.COLLECTED: Event.COLLECTED,
    Progress.FULFILLED: Event.FULFILLED,
    Progress.REFUSED: Event.FULFILMENT_REFUSED,
    Progress.EXPIRED: Event.EXPIRED,
    Progress.REFUNDED: Event.REFUNDED,
}


def changed(work: VerticalWork, registration_id: str, progress: Progress, reason: str) -> None:
    """Follow the money: the registration moves in the transaction that moved it.

    News that cannot concern the registration any more, such as a refund of late money, leaves it as it is:
    to refuse it would undo the posting of the money itself.
    """
    registration = registrations.get(work, registration_id)
    event = _EVENTS[progress]
    if (registration.state, event) not in TRANSITIONS or _is_goodwill(registration, event, work.now):
        work.audit.record("bridge", "registration.stays", registration_id, state=registration.state, progress=progress)
        return
    moved = registration.after(event)
    registrations.save(work, moved.with_reason(reason) if reason and not moved.reason else moved)
    if moved.state in (State.RELEASING, State.CANCELLING):
        leaving.ask_release(work, registration_id)
    if moved.state is State.REGISTERED:
        registering.of_registration(work, moved)


def _is_goodwill(registration: Registration, event: Event, now: datetime) -> bool:
    """Money given back once the visit has begun: there is no place left to give back for it."""
    return event is Event.REFUNDED and now >= registration.slot.starts_at


SALE = Sale(
    kind=SALE_KIND,
    title="挂号费",
    mode=FulfilMode.QUERYABLE,
    fulfil=fulfil,
    query=postings.find,
    reverse=reverse,
    query_reversal=postings.find,
    changed=changed,
    entries=postings.entries,
    invoice=postings.invoice,
)
