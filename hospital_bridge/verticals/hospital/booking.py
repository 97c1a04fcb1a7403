"""Taking a slot: held here, booked at the hospital (SRM^S01), then offered for payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.errors import Reason, Refused
from adapters.values import Booking, BookingRequest
from hospital_bridge.slot import OutsideCall, PaymentRequest, Right
from hospital_bridge.verticals.hospital.own_numbers import number_of, record_of
from hospital_bridge.verticals.hospital.registration import Event, Registration, State
from hospital_bridge.verticals.hospital.store import registrations, slot_holds

if TYPE_CHECKING:
    from adapters.values import PatientRecord, Slot
    from hospital_bridge.slot import Scope, VerticalWork
    from hospital_bridge.verticals.hospital.acting import Acting

SALE_KIND = "hospital.registration"
BOOK = "hospital.book"


def hold(
    scope: Scope,
    acting: Acting,
    slot: Slot,
    *,
    department_name: str,
    practitioner_name: str,
    place: str,
    number: str = "",
) -> str:
    """Hold a seat for the patient for whom the wallet user acts, and ask the hospital for it after the commit.

    `number` is the token of the record number that the registration goes to, by default the first bound one.
    Returns the registration id, which is the standing one's when the patient has this slot already: the same
    request may come twice. The wallet user pays if they may, or else the patient. Raises SoldOut, NoRecordNumber,
    NotVerified or NotAllowed and then holds nothing.
    """
    try:
        return _hold(scope, acting, slot, department_name, practitioner_name, place, number)
    except registrations.AlreadyStanding as standing:
        return standing.registration_id


def _hold(
    scope: Scope,
    acting: Acting,
    slot: Slot,
    department_name: str,
    practitioner_name: str,
    place: str,
    number: str,
) -> str:
    with scope.begin() as work:
        acting.must(work, Right.BOOK)
        registration = Registration(
            registration_id=work.ids.new(),
            wallet_user_id=acting.payer(work),
            subject_id=acting.subject_id,
            mrn=number_of(work, acting.subject_id, number),
            slot=slot,
            department_name=department_name,
            practitioner_name=practitioner_name,
            place=place,
            state=State.HOLDING,
            hold_expires_at=work.now + timedelta(minutes=scope.settings["hold_minutes"]),
            created_at=work.now,
        )
        registrations.add(work, registration)
        slot_holds.take_seat(work, registration.registration_id, slot, registration.hold_expires_at)
        work.jobs.add(BOOK, registration.registration_id, stream=registration.registration_id)
        work.audit.record(acting.wallet_user_id, "registration.held", registration.registration_id)
    return registration.registration_id


def book(scope: Scope, registration_id: str) -> None:
    """Job: take the slot at the hospital; an unknown outcome is looked up by our own number."""
    with scope.read() as work:
        registration = registrations.get(work, registration_id)
        if registration.state is not State.HOLDING:
            return
        request = BookingRequest(registration_id, registration.slot, patient_of(work, registration))
    his = scope.port("HisScheduling")

    def act() -> Booking:
        if scope.now() >= registration.hold_expires_at:
            raise Refused("the hospital could not be reached before the hold expired", reason=Reason.EXPIRED)
        booking: Booking = his.book(request)
        return booking

    minutes = timedelta(minutes=scope.settings["pay_minutes"])
    scope.effects.drive(
        OutsideCall(
            kind=BOOK,
            key=f"{BOOK}:{registration_id}",
            act=act,
            look=lambda: his.find_booking(registration_id),
            confirmed=lambda work, booking: _booked(work, registration_id, booking, minutes),
            refused=lambda work, reason: _not_booked(work, registration_id, reason),
        )
    )


def _booked(work: VerticalWork, registration_id: str, booking: Booking, minutes: timedelta) -> None:
    registration = registrations.get(work, registration_id).after(Event.BOOKED, filler_id=booking.filler_id)
    registrations.save(work, registration)
    slot_holds.free_seat(work, registration_id)
    payment_id = work.payments.open(
        PaymentRequest(
            sale_kind=SALE_KIND,
            sale_ref=registration_id,
            subject_id=registration.subject_id,
            wallet_user_id=registration.wallet_user_id,
            amount_fen=registration.slot.fee_fen,
            expires_at=work.now + minutes,
        )
    )
    # Nothing to pay is collected inside `open`, which has moved the registration on: read it again.
    registrations.save(work, replace(registrations.get(work, registration_id), payment_id=payment_id))


def _not_booked(work: VerticalWork, registration_id: str, reason: str) -> None:
    registrations.save(work, registrations.get(work, registration_id).after(Event.NOT_BOOKED, reason=reason))
    slot_holds.free_seat(work, registration_id)


def patient_of(work: VerticalWork, registration: Registration) -> PatientRecord:
    """The record that a message about this registration names."""
    return record_of(work, registration.subject_id, registration.mrn)
