"""Codes of an HL7 acknowledgement -> the outcome; what every adapter promises stands in tests/contracts/his."""

from __future__ import annotations

import pytest

from adapters.errors import NotDone, Reason, Refused
from adapters.values import Booking
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital import codes
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from tests.adapters.his_hl7.conftest import MakeReception, Reception

BOOK, CANCEL = "SRM^S01", "SRM^S04"


def booked(reception: Reception) -> Booking:
    return reception.his.book(reception.request())


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


def test_after_a_restart_of_the_hospital_the_connection_is_made_anew(hasty: Reception) -> None:
    assert hasty.his.departments()
    hasty.server.stop()
    hasty.server.start()
    assert hasty.his.departments()
