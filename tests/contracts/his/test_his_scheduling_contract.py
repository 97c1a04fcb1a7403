"""What `HisScheduling` promises, through every door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.errors import Reason, Refused
from adapters.values import Booking, BookingRequest, Fen, Slot
from hospital_bridge.sandbox.hospital import codes
from hospital_bridge.sandbox.hospital.calendar import ZONE
from hospital_bridge.sandbox.hospital.faults import FaultKind
from tests.contracts.his.doors import at_every_door
from tests.contracts.his.site import CANCEL, DOCTOR, Site

FREE_CLINIC, ALL_HOURS = "D09011", "D09021"


@at_every_door("slots")
def test_the_slots_of_a_day_have_times_places_and_prices_of_the_hospitals_books(site: Site) -> None:
    for doctor in site.hospital.data.doctors:
        told = site.his.slots(doctor.department_code, doctor.code, site.tomorrow)
        expected = site.hospital.diary.open_sessions(doctor.department_code, doctor.code, site.tomorrow)
        assert [replace(slot, slot_id="") for slot in told] == [
            Slot(
                slot_id="",
                department_code=doctor.department_code,
                practitioner_code=doctor.code,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                remaining=left,
                fee_fen=Fen(site.hospital.cashier.price_fen(doctor.service_code)),
            )
            for session, left in expected
        ]
        assert len({slot.slot_id for slot in told}) == len(told)


@at_every_door("slots")
def test_a_day_is_the_hospitals_own_to_its_last_minute(site: Site) -> None:
    today = site.his.slots("0902", ALL_HOURS, site.today)
    assert {slot.starts_at.astimezone(ZONE).date() for slot in today} == {site.today}
    assert today[0].starts_at > site.clock.now()
    assert today[-1].starts_at == site.at(site.today, 23, 59)


@at_every_door("slots")
def test_nothing_is_to_be_had_far_ahead_of_time_of_an_unknown_doctor_or_in_a_strange_department(site: Site) -> None:
    assert not site.his.slots("0101", DOCTOR, site.today + timedelta(days=7))
    assert not site.his.slots("0101", "D99999", site.tomorrow)
    assert not site.his.slots("0102", DOCTOR, site.tomorrow)


@at_every_door("slots")
def test_a_visit_may_cost_nothing(site: Site) -> None:
    assert {slot.fee_fen for slot in site.his.slots("0901", FREE_CLINIC, site.tomorrow)} == {0}


@at_every_door("book")
def test_a_booking_stands_in_the_hospitals_diary_and_is_found_by_our_number(site: Site) -> None:
    request = site.request()
    booked = site.his.book(request)
    kept = site.hospital.diary.by_placer(request.placer_id)
    assert kept is not None
    assert (booked.placer_id, booked.filler_id, kept.mrn) == (request.placer_id, kept.filler_id, "100001")
    found = site.his.find_booking(request.placer_id)
    assert found is not None
    assert (found.placer_id, found.filler_id) == (booked.placer_id, booked.filler_id)
    assert remaining(site, request.slot) == request.slot.remaining - 1


@at_every_door("book")
def test_the_same_number_twice_is_one_booking(site: Site) -> None:
    request = site.request()
    assert site.his.book(request).filler_id == site.his.book(request).filler_id
    assert remaining(site, request.slot) == request.slot.remaining - 1


@at_every_door("book")
def test_one_number_never_stands_for_two_slots(site: Site) -> None:
    request, other = site.request(), site.slot("D01012")
    site.his.book(request)
    with pytest.raises(Refused) as refusal:
        site.his.book(replace(request, slot=other))
    assert refusal.value.reason is Reason.CONFLICTING_CONTENT
    assert remaining(site, other) == other.remaining


@at_every_door("book")
def test_the_last_place_is_given_once(site: Site) -> None:
    slot = site.slot("D04011", left=3)
    requests = [site.request(slot) for _ in range(slot.remaining + 1)]
    for request in requests[:-1]:
        site.his.book(request)
    with pytest.raises(Refused) as refusal:
        site.his.book(requests[-1])
    assert refusal.value.reason is Reason.SLOT_TAKEN
    assert site.his.find_booking(requests[-1].placer_id) is None
    assert remaining(site, slot) == 0


@at_every_door("book")
def test_those_who_ask_at_the_same_time_hear_each_their_own_answer(site: Site) -> None:
    slot = site.slot("D02012", left=6)
    requests = [site.request(slot) for _ in range(slot.remaining + 2)]

    def ask(request: BookingRequest) -> Booking | Reason:
        try:
            return site.his.book(request)
        except Refused as refusal:
            return refusal.reason

    with ThreadPoolExecutor(4) as patients:
        answers = dict(zip((each.placer_id for each in requests), patients.map(ask, requests), strict=True))
    booked = {placer_id: answer for placer_id, answer in answers.items() if isinstance(answer, Booking)}
    kept = {each.placer_id: each.filler_id for each in site.hospital.diary.appointments() if each.placer_id in answers}
    assert {placer_id: answer.filler_id for placer_id, answer in booked.items()} == kept
    assert [answer for answer in answers.values() if not isinstance(answer, Booking)] == [Reason.SLOT_TAKEN] * 2


@at_every_door("book")
def test_a_slot_that_nobody_has_and_a_patient_whom_nobody_knows_book_nothing(site: Site) -> None:
    request = site.request()
    vanished = replace(request, slot=replace(request.slot, slot_id=request.slot.slot_id.replace("D0101", "D9999")))
    stranger = replace(request.patient, identifiers=(replace(request.patient.identifiers[0], value="999999"),))
    for wrong in (vanished, BookingRequest(request.placer_id, request.slot, stranger)):
        with pytest.raises(Refused):
            site.his.book(wrong)
        assert site.his.find_booking(request.placer_id) is None


@at_every_door("find booking")
def test_a_number_that_was_never_used_is_a_firm_none(site: Site) -> None:
    assert site.his.find_booking(site.number("P")) is None


@at_every_door("cancel")
def test_a_cancelled_booking_gives_its_place_back_once(site: Site) -> None:
    request = site.request()
    booked = site.his.book(request)
    site.his.cancel(booked)
    site.his.cancel(booked)
    assert remaining(site, request.slot) == request.slot.remaining
    assert site.his.find_booking(request.placer_id) is None


@at_every_door("cancel")
def test_a_number_whose_booking_is_over_books_nothing_again(site: Site) -> None:
    request = site.request()
    site.his.cancel(site.his.book(request))
    with pytest.raises(Refused) as refusal:
        site.his.book(request)
    assert refusal.value.reason is Reason.CLOSED
    assert remaining(site, request.slot) == request.slot.remaining


@at_every_door("cancel")
def test_a_cancellation_that_comes_too_late_is_refused_although_its_code_says_closed(site: Site) -> None:
    booked = site.booked()
    site.fault(CANCEL, FaultKind.REFUSE, code=codes.APPOINTMENT_CANCELLED)
    with pytest.raises(Refused):
        site.his.cancel(booked)
    assert site.his.find_booking(booked.placer_id) is not None


def remaining(site: Site, slot: Slot) -> int:
    day = slot.starts_at.astimezone(ZONE).date()
    found = site.his.slots(slot.department_code, slot.practitioner_code, day)
    return next(each.remaining for each in found if each.slot_id == slot.slot_id)
