"""Each fault of the hospital's -> the outcome that says whether the world may have changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Reason, Refused
from adapters.values import Booking
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital import codes
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from tests.adapters.his_hl7.conftest import TUESDAY, MakeReception, Reception, identity

MONDAY = date(2026, 11, 23)
BOOK, POST, REGISTER, CANCEL = "SRM^S01", "DFT^P03", "ADT^A28", "SRM^S04"


def booked(reception: Reception) -> Booking:
    return reception.his.book(reception.request())


@pytest.mark.parametrize("kind", [FaultKind.NO_REPLY, FaultKind.RESET, FaultKind.ERROR, FaultKind.FOREIGN_ACK])
@pytest.mark.parametrize("effect", [True, False])
def test_a_lost_booking_is_unknown_and_the_query_tells(hasty: Reception, kind: FaultKind, *, effect: bool) -> None:
    request = hasty.request()
    hasty.hospital.faults.add(Fault(trigger=BOOK, kind=kind, effect=effect))
    with pytest.raises(OutcomeUnknown):
        hasty.his.book(request)
    assert (hasty.his.find_booking("P1") is not None) is effect


@pytest.mark.parametrize("kind", [FaultKind.NO_REPLY, FaultKind.RESET, FaultKind.ERROR, FaultKind.FOREIGN_ACK])
@pytest.mark.parametrize("effect", [True, False])
def test_a_lost_posting_is_unknown_and_the_query_tells(hasty: Reception, kind: FaultKind, *, effect: bool) -> None:
    payment = hasty.payment(booked(hasty))
    hasty.hospital.faults.add(Fault(trigger=POST, kind=kind, effect=effect))
    with pytest.raises(OutcomeUnknown):
        hasty.his.post(payment)
    assert (hasty.his.find_posting("S1", MONDAY) is not None) is effect
    assert len(hasty.his.postings(MONDAY)) == int(effect)


def test_a_lost_registration_is_unknown_and_the_patient_index_tells(hasty: Reception) -> None:
    hasty.hospital.faults.add(Fault(trigger=REGISTER, kind=FaultKind.NO_REPLY))
    with pytest.raises(OutcomeUnknown):
        hasty.his.register_patient(identity(people.WU_TONG))
    assert len(hasty.his.find_patients(identity(people.WU_TONG))) == 1


def test_a_lost_cancellation_may_be_repeated(hasty: Reception) -> None:
    booking = booked(hasty)
    hasty.hospital.faults.add(Fault(trigger=CANCEL, kind=FaultKind.NO_REPLY))
    with pytest.raises(OutcomeUnknown):
        hasty.his.cancel(booking)
    hasty.his.cancel(booking)
    assert hasty.his.find_booking("P1") is None


def test_a_cancellation_may_be_refused(hasty: Reception) -> None:
    booking = booked(hasty)
    hasty.hospital.faults.add(Fault(trigger=CANCEL, kind=FaultKind.REFUSE))
    with pytest.raises(Refused) as refusal:
        hasty.his.cancel(booking)
    assert refusal.value.native_code == codes.REFUSED
    assert hasty.his.find_booking("P1") is not None


def test_a_cancellation_that_comes_too_late_is_refused_although_the_code_says_closed(
    make_reception: MakeReception,
) -> None:
    reception = make_reception(codes={codes.REFUSED: "closed"})
    booking = booked(reception)
    reception.hospital.faults.add(Fault(trigger=CANCEL, kind=FaultKind.REFUSE))
    with pytest.raises(Refused) as refusal:
        reception.his.cancel(booking)
    assert refusal.value.reason is Reason.CLOSED
    assert reception.his.find_booking("P1") is not None


def test_what_is_cancelled_already_is_no_error_whatever_the_code(make_reception: MakeReception) -> None:
    reception = make_reception(codes={})
    booking = booked(reception)
    reception.his.cancel(booking)
    reception.his.cancel(booking)
    assert reception.his.find_booking("P1") is None


def test_a_late_answer_is_not_taken_for_the_next_one(hasty: Reception) -> None:
    request = hasty.request()
    hasty.hospital.faults.add(Fault(trigger=BOOK, kind=FaultKind.LATE, seconds=60))
    with pytest.raises(OutcomeUnknown):
        hasty.his.book(request)
    hasty.clock.released.set()
    found = hasty.his.find_booking("P1")
    assert found is not None
    assert hasty.his.departments()[0].code == "0101"


@pytest.mark.parametrize("kind", [FaultKind.GARBLED])
def test_an_unreadable_answer_to_a_change_is_not_a_yes(hasty: Reception, kind: FaultKind) -> None:
    request = hasty.request()
    hasty.hospital.faults.add(Fault(trigger=BOOK, kind=kind))
    with pytest.raises((OutcomeUnknown, Malformed)):
        hasty.his.book(request)
    assert hasty.his.find_booking("P1") is not None


def test_a_busy_hospital_has_changed_nothing(hasty: Reception) -> None:
    request = hasty.request()
    hasty.hospital.faults.add(Fault(trigger=BOOK, kind=FaultKind.BUSY))
    with pytest.raises(NotDone) as busy:
        hasty.his.book(request)
    assert busy.value.native_code == "206"
    assert busy.value.retry_after is not None
    assert hasty.his.find_booking("P1") is None


@pytest.mark.parametrize(
    ("trigger", "code", "reason"),
    [
        (BOOK, codes.SLOT_TAKEN, Reason.SLOT_TAKEN),
        (BOOK, codes.PATIENT_UNKNOWN, Reason.NOT_FOUND),
        (BOOK, "E1234", Reason.OTHER),
        (BOOK, "205", Reason.CONFLICTING_CONTENT),
        (BOOK, "101", Reason.OTHER),
    ],
)
def test_a_refusal_keeps_the_hospitals_code(hasty: Reception, trigger: str, code: str, reason: Reason) -> None:
    request = hasty.request()
    hasty.hospital.faults.add(Fault(trigger=trigger, kind=FaultKind.REFUSE, code=code, text=people.WANG_TAO.name))
    with pytest.raises(Refused) as refusal:
        hasty.his.book(request)
    assert (refusal.value.reason, refusal.value.native_code) == (reason, code)
    assert people.WANG_TAO.name not in refusal.value.text


@pytest.mark.parametrize("kind", [FaultKind.NO_REPLY, FaultKind.RESET, FaultKind.BUSY, FaultKind.ERROR])
@pytest.mark.parametrize(
    ("trigger", "ask"),
    [
        ("MFQ^M05", lambda reception: reception.his.departments()),
        ("QBP^Q22", lambda reception: reception.his.find_patients(identity(people.WANG_TAO))),
        ("SQM^S25", lambda reception: reception.his.slots("0101", "D01011", TUESDAY)),
        ("MFQ^M04", lambda reception: reception.his.slots("0101", "D01011", TUESDAY)),
        ("QBP^ZQ1", lambda reception: reception.his.find_posting("S1", MONDAY)),
        ("QBP^ZQ2", lambda reception: reception.his.postings(MONDAY)),
    ],
)
def test_a_query_that_fails_may_be_repeated(
    hasty: Reception, kind: FaultKind, trigger: str, ask: Callable[[Reception], object]
) -> None:
    hasty.hospital.faults.add(Fault(trigger=trigger, kind=kind))
    with pytest.raises(NotDone):
        ask(hasty)
    ask(hasty)
    assert hasty.hospital.faults.take(trigger) is None


def test_another_amount_in_the_receipt_is_told_as_it_stands(hasty: Reception) -> None:
    payment = hasty.payment(booked(hasty))
    hasty.hospital.faults.add(Fault(trigger=POST, kind=FaultKind.WRONG_AMOUNT, extra_fen=1))
    assert hasty.his.post(payment).amount_fen == payment.amount_fen + 1


def test_another_amount_in_the_list_is_told_as_it_stands(hasty: Reception) -> None:
    hasty.his.post(hasty.payment(booked(hasty)))
    hasty.hospital.faults.add(Fault(trigger="QBP^ZQ2", kind=FaultKind.WRONG_AMOUNT, extra_fen=-100))
    assert hasty.his.postings(MONDAY)[0].amount_fen == 11_900


def test_a_hospital_that_is_down_has_changed_nothing(hasty: Reception) -> None:
    request = hasty.request()
    hasty.server.stop()
    with pytest.raises(NotDone):
        hasty.his.book(request)


def test_after_a_restart_of_the_hospital_the_connection_is_made_anew(hasty: Reception) -> None:
    assert hasty.his.departments()
    hasty.server.stop()
    hasty.server.start()
    assert hasty.his.departments()


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.WRONG_AMOUNT])
def test_no_error_text_holds_personal_data(hasty: Reception, kind: FaultKind) -> None:
    person = people.WANG_TAO
    told = person.name + person.id_number
    hasty.hospital.faults.add(Fault(trigger="QBP^Q22", kind=kind, seconds=60, code=told, text=told))
    with pytest.raises(OutsideError) as error:
        hasty.his.find_patients(identity(person))
    said = str(error.value) + error.value.native_code
    assert not any(private in said for private in (person.name, person.id_number))
