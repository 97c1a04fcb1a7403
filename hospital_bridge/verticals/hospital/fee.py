"""The registration fee as a sale: posted at the hospital (DFT^P03), reversed there, and listed by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hospital_bridge.slot import Progress
from hospital_bridge.verticals.hospital import leaving, postings
from hospital_bridge.verticals.hospital.booking import SALE_KIND, patient_of
from hospital_bridge.verticals.hospital.registration import TRANSITIONS, Event, Registration, State
from hospital_bridge.verticals.hospital.store import registrations
from hospital_bridge.verticals.hospital.visits import registering

if TYPE_CHECKING:
    from datetime import datetime

    from hospital_bridge.slot import PaidSale, VerticalWork


def paid_for(work: VerticalWork, sale: PaidSale) -> postings.PaidFor:
    """The appointment, which its payment makes a registration."""
    registration = registrations.get(work, sale.sale_ref)
    return postings.PaidFor(patient_of(work, registration), filler_id=registration.filler_id)


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


SALE = replace(postings.sale_of(SALE_KIND, "挂号费", paid_for, changed), invoice=postings.invoice)
