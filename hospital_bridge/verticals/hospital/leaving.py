"""Giving a slot back: cancellation (退号), expiry and refusal, each in the order that loses nothing.

A paid registration is first cancelled at the hospital and only then refunded: the other way round a
patient could hold both the money and the slot. An unpaid one is first closed at the wallet. Of a paid one the
e-invoice (电子票据) is asked about before anything is begun: what is issued must be reversed (红冲) first.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from adapters.errors import OutsideError, Refused
from adapters.invoices import InvoiceState
from adapters.news import AppointmentCalledOff
from adapters.values import Booking
from hospital_bridge.slot import Inbound, LookAgain, OutsideCall, Right
from hospital_bridge.verticals.hospital import postings
from hospital_bridge.verticals.hospital.acting import Acting
from hospital_bridge.verticals.hospital.registration import TRANSITIONS, Event, IllegalTransition, State
from hospital_bridge.verticals.hospital.store import registrations
from hospital_bridge.verticals.hospital.visits import registering

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.values import Slot
    from hospital_bridge.slot import PaymentView, Scope, VerticalWork
    from hospital_bridge.verticals.hospital.registration import Registration

RELEASE = "hospital.release"
CANCELLED_BY_PATIENT = "cancelled_by_patient"
CALLED_OFF_BY_HOSPITAL = "called_off"
"""Reasons as they are kept; `templates/words.html` says them in the reader's language."""

UNDER_WAY = frozenset({State.HOLDING, State.PAID, State.CLOSING, State.CANCELLING})
WAIT = timedelta(seconds=5)


class NotCancelled(StrEnum):
    """Why a registration stays as it is.

    OVER: as it stands now, it is past being cancelled. INVOICE_STANDS: its e-invoice must be reversed first.
    INVOICE_UNTOLD: the system that issues e-invoices did not say how it stands.
    """

    OVER = "over"
    INVOICE_STANDS = "invoice_stands"
    INVOICE_UNTOLD = "invoice_untold"


def cancel_until(scope: Scope, slot: Slot) -> datetime:
    """From when on a paid visit can no longer be cancelled here: at the latest from its beginning."""
    return slot.starts_at - timedelta(minutes=scope.settings["cancel_until_minutes"])


def is_too_late(scope: Scope, registration: Registration, now: datetime) -> bool:
    """Whether a paid visit is too near, or over; what is not paid yet can be given up at any time."""
    return registration.state is State.REGISTERED and now >= cancel_until(scope, registration.slot)


def cancel(scope: Scope, wallet_user_id: str, registration_id: str) -> NotCancelled | None:
    """Begin a patient's cancellation, or say why it is not begun and nothing has changed.

    NotAllowed where the wallet user may not register and cancel for its patient.
    """
    with scope.read() as work:
        seen = _bookable_by(work, wallet_user_id, registration_id)
        paid = work.payments.view(seen.payment_id) if seen.state is State.REGISTERED else None
    if is_too_late(scope, seen, scope.now()):
        return NotCancelled.OVER
    if paid and (obstacle := _invoice_obstacle(scope, paid)):
        return obstacle
    with scope.begin() as work:
        return _begin(work, scope, wallet_user_id, seen)


def _bookable_by(work: VerticalWork, wallet_user_id: str, registration_id: str) -> Registration:
    registration = registrations.get(work, registration_id)
    Acting(wallet_user_id, registration.subject_id).must(work, Right.BOOK)
    return registration


def _invoice_obstacle(scope: Scope, paid: PaymentView) -> NotCancelled | None:
    """Asked of the system that issues e-invoices, outside any transaction; without money to give back not at all."""
    if not paid.left_fen or paid.paid_at is None:
        return None
    try:
        state = postings.invoice_state(scope, paid.payment_id, paid.receipt_no, paid.paid_at)
    except OutsideError:
        return NotCancelled.INVOICE_UNTOLD
    return NotCancelled.INVOICE_STANDS if state is InvoiceState.ISSUED else None


def _begin(work: VerticalWork, scope: Scope, wallet_user_id: str, seen: Registration) -> NotCancelled | None:
    """As it stands now; one that has moved since it was `seen` was perhaps paid, and its e-invoice not asked about."""
    registration = _bookable_by(work, wallet_user_id, seen.registration_id)
    if registration.version != seen.version or is_too_late(scope, registration, work.now):
        return NotCancelled.OVER
    try:
        leaving = registration.after(Event.CANCEL, reason=CANCELLED_BY_PATIENT)
    except IllegalTransition:
        return NotCancelled.OVER
    # The payment before the registration, as everywhere: a notice that arrives now locks them in that order.
    if leaving.state is State.CLOSING:
        work.payments.abandon(registration.payment_id, CANCELLED_BY_PATIENT)
    else:
        ask_release(work, registration.registration_id)
    registrations.save(work, leaving)
    work.audit.record(wallet_user_id, "registration.cancel_asked", registration.registration_id)
    return None


def called_off(work: VerticalWork, notice: AppointmentCalledOff) -> None:
    """The hospital cancels an appointment itself (停诊, SIU^S15): nothing is owed, what was paid goes back.

    While the registration is on its way from one state to the next the notice waits. A hospital that says its own
    number alone means the visit of that number, and the registration that it came from.
    """
    try:
        registration = registrations.get(work, notice.placer_id or registering.origin_of(work, notice.filler_id))
    except registrations.NoSuchRegistration:
        registering.call_off_for_good(work, notice.filler_id)
        return
    if registration.state in UNDER_WAY:
        raise LookAgain(WAIT)
    if (registration.state, Event.CALLED_OFF) not in TRANSITIONS:
        return
    called_off = registration.after(Event.CALLED_OFF, reason=CALLED_OFF_BY_HOSPITAL)
    if called_off.state is State.CLOSING:
        work.payments.abandon(registration.payment_id, CALLED_OFF_BY_HOSPITAL)
    else:
        work.payments.refund_all(registration.payment_id, CALLED_OFF_BY_HOSPITAL)
    registrations.save(work, called_off)
    registering.call_off_by_number(work, registration.filler_id)
    work.audit.record("hospital", "registration.called_off", registration.registration_id)


CALLED_OFF = Inbound(AppointmentCalledOff, called_off)


def ask_release(work: VerticalWork, registration_id: str) -> None:
    """Have the hospital take the slot back after this commit."""
    work.jobs.add(RELEASE, registration_id, stream=registration_id)


def release(scope: Scope, registration_id: str) -> None:
    """Job: cancel at the hospital (SRM^S04); whether it was done is looked up by our own number.

    A slot that the hospital will not take back is asked for a few times; then the job stands on the work list,
    from which a person has it run again.
    """
    with scope.read() as work:
        registration = registrations.get(work, registration_id)
        if registration.state not in (State.CANCELLING, State.RELEASING):
            return
    his = scope.port("HisScheduling")
    booking = Booking(placer_id=registration_id, filler_id=registration.filler_id)

    def look() -> bool | None:
        return None if his.find_booking(registration_id) else True

    scope.effects.drive(
        OutsideCall(
            kind=RELEASE,
            # A refusal counts the version up: to ask again is another request.
            key=f"{RELEASE}:{registration_id}:{registration.version}",
            act=lambda: his.cancel(booking),
            look=look,
            confirmed=lambda work, _: _released(work, registration_id),
            refused=lambda work, reason: _release_refused(work, registration_id, reason),
        )
    )
    with scope.read() as work:
        if registrations.get(work, registration_id).state is State.RELEASING:
            raise Refused("the hospital did not take the place back")


def _released(work: VerticalWork, registration_id: str) -> None:
    registration = registrations.get(work, registration_id).after(Event.RELEASED)
    if registration.state is State.CANCELLED:
        work.payments.refund_all(registration.payment_id, CANCELLED_BY_PATIENT)
        registering.call_off_by_number(work, registration.filler_id)
    registrations.save(work, registration)


def _release_refused(work: VerticalWork, registration_id: str, reason: str) -> None:
    registration = registrations.get(work, registration_id).after(Event.RELEASE_REFUSED)
    # Whoever gave up a paid visit reads why they cannot; of the others the reason is why it came to nothing.
    is_told = registration.state is State.REGISTERED
    registrations.save(work, registration.with_reason(reason) if is_told else registration)
    work.audit.record("hospital", "registration.release_refused", registration_id, reason=reason)
