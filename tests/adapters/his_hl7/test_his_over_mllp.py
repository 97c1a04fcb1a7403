"""The three hospital ports over real sockets, in both character sets."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.errors import Reason, Refused
from adapters.registry import _missing
from adapters.values import BookingRequest, Department, EntryKind, Identifier, Practitioner
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital.cashier import Profile
from tests.adapters.his_hl7.conftest import TUESDAY, MakeReception, Reception, identity

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize("port", ["HisDirectory", "HisScheduling", "HisBilling"])
def test_every_method_of_the_declared_ports_is_there(reception: Reception, port: str) -> None:
    assert list(_missing(reception.his, port)) == []


def test_departments_come_with_their_places(reception: Reception) -> None:
    departments = reception.his.departments()
    assert len(departments) == 8
    assert departments[0] == Department("0101", "心血管内科", "门诊楼3层A区")


def test_practitioners_are_those_of_the_department(reception: Reception) -> None:
    assert reception.his.practitioners("0301") == (
        Practitioner("D03011", "曹静怡", "副主任医师", "0301"),
        Practitioner("D03012", "彭飞", "住院医师", "0301"),
    )
    assert reception.his.practitioners("9999") == ()


def test_a_name_that_hides_a_delimiter_arrives_whole(reception: Reception) -> None:
    (found,) = reception.his.find_patients(identity(people.WANG_TAO))
    assert found.name == "王弢"
    assert found.birth_date == people.WANG_TAO.birth_date
    assert found.sex is people.WANG_TAO.sex
    assert found.identifiers == (Identifier("MRN", "100001"), Identifier("CN_ID", people.WANG_TAO.id_number))


def test_one_person_may_have_two_records(reception: Reception) -> None:
    found = reception.his.find_patients(identity(people.LI_QI))
    assert [record.first("MRN") for record in found] == ["100002", "100003"]


def test_somebody_new_is_not_found_until_registered(reception: Reception) -> None:
    newcomer = identity(people.CHEN_XIAOMING)
    assert reception.his.find_patients(newcomer) == ()
    reception.his.register_patient(newcomer)
    (found,) = reception.his.find_patients(newcomer)
    assert found.name == "陈晓明"
    assert found.first("MRN") == "100007"


def test_a_person_who_is_known_is_not_registered_twice(reception: Reception) -> None:
    with pytest.raises(Refused) as refusal:
        reception.his.register_patient(identity(people.WANG_TAO))
    assert refusal.value.reason is Reason.CONFLICTING_CONTENT
    assert len(reception.his.find_patients(identity(people.WANG_TAO))) == 1


def test_slots_carry_the_price_of_their_level(reception: Reception) -> None:
    first = reception.his.slots("0101", "D01011", TUESDAY)[0]
    assert first.starts_at == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert first.ends_at - first.starts_at == timedelta(minutes=30)
    assert (first.remaining, first.fee_fen) == (3, 12_000)
    assert {slot.fee_fen for slot in reception.his.slots("0901", "D09011", TUESDAY)} == {0}


def test_only_sessions_yet_to_start_within_seven_days_are_open(reception: Reception) -> None:
    today = reception.his.slots("0101", "D01011", MONDAY)
    assert today
    assert min(slot.starts_at for slot in today) > reception.clock.now()
    assert reception.his.slots("0101", "D01011", MONDAY + timedelta(days=6))
    assert reception.his.slots("0101", "D01011", MONDAY + timedelta(days=7)) == ()
    assert reception.his.slots("0102", "D01011", TUESDAY) == ()


def test_a_booking_can_be_found_and_takes_a_place(reception: Reception) -> None:
    booked = reception.his.book(reception.request())
    found = reception.his.find_booking("P1")
    assert found is not None
    assert (found.placer_id, found.filler_id) == ("P1", booked.filler_id)
    assert len(booked.control_id) == 20
    assert reception.slot().remaining == 2
    assert reception.his.find_booking("P2") is None


def test_the_same_number_never_takes_a_second_place(reception: Reception) -> None:
    request = reception.request()
    first, second = reception.his.book(request), reception.his.book(request)
    assert first.filler_id == second.filler_id
    assert reception.slot().remaining == 2


def test_the_same_number_for_another_slot_is_refused(reception: Reception) -> None:
    reception.his.book(reception.request())
    later = reception.his.slots("0101", "D01011", TUESDAY)[1]
    with pytest.raises(Refused) as refusal:
        reception.his.book(BookingRequest("P1", later, reception.patient()))
    assert refusal.value.reason is Reason.CONFLICTING_CONTENT


def test_the_last_place_is_given_once(reception: Reception) -> None:
    request = reception.request()
    for number in range(request.slot.remaining):
        reception.his.book(BookingRequest(f"P{number}", request.slot, request.patient))
    with pytest.raises(Refused) as refusal:
        reception.his.book(BookingRequest("P9", request.slot, request.patient))
    assert (refusal.value.reason, refusal.value.native_code) == (Reason.SLOT_TAKEN, "A001")


def test_cancelling_gives_the_place_back_and_twice_is_no_error(reception: Reception) -> None:
    booked = reception.his.book(reception.request())
    reception.his.cancel(booked)
    reception.his.cancel(booked)
    assert reception.slot().remaining == 3
    assert reception.his.find_booking("P1") is None


def test_a_number_whose_appointment_is_over_books_nothing(reception: Reception) -> None:
    request = reception.request()
    reception.his.cancel(reception.his.book(request))
    with pytest.raises(Refused) as refusal:
        reception.his.book(request)
    assert refusal.value.reason is Reason.CLOSED


def test_a_payment_and_its_refund_stand_in_the_hospitals_book(reception: Reception) -> None:
    booked = reception.his.book(reception.request())
    paid = reception.his.post(reception.payment(booked))
    refunded = reception.his.post(reception.refund(booked))
    assert (paid.receipt_no, refunded.receipt_no) == ("R00000001", "R00000002")
    assert reception.his.postings(MONDAY) == (paid, refunded)
    assert reception.his.postings(TUESDAY) == ()
    assert [entry.kind for entry in (paid, refunded)] == [EntryKind.PAYMENT, EntryKind.REFUND]


def test_a_posting_is_found_by_its_serial(reception: Reception) -> None:
    posted = reception.his.post(reception.payment(reception.his.book(reception.request())))
    assert reception.his.find_posting("S1", MONDAY) == posted
    assert reception.his.find_posting("S7", MONDAY) is None


def test_the_same_serial_never_posts_twice(reception: Reception) -> None:
    payment = reception.payment(reception.his.book(reception.request()))
    assert reception.his.post(payment).receipt_no == reception.his.post(payment).receipt_no
    assert len(reception.his.postings(MONDAY)) == 1


@pytest.mark.parametrize(("amount_fen", "reason"), [(11_999, Reason.AMOUNT_MISMATCH), (12_001, Reason.AMOUNT_MISMATCH)])
def test_a_payment_that_is_not_the_price_is_refused(reception: Reception, amount_fen: int, reason: Reason) -> None:
    booked = reception.his.book(reception.request())
    with pytest.raises(Refused) as refusal:
        reception.his.post(reception.payment(booked, amount_fen=amount_fen))
    assert refusal.value.reason is reason


def test_more_than_was_paid_is_not_refunded(reception: Reception) -> None:
    booked = reception.his.book(reception.request())
    reception.his.post(reception.payment(booked))
    with pytest.raises(Refused) as refusal:
        reception.his.post(reception.refund(booked, amount_fen=12_001))
    assert refusal.value.reason is Reason.OVER_LIMIT


def test_a_zero_fee_is_posted_like_any_other(reception: Reception) -> None:
    booked = reception.his.book(reception.request(doctor="D09011"))
    assert reception.his.post(reception.payment(booked, amount_fen=0)).amount_fen == 0


def test_without_a_query_by_serial_the_days_list_tells(make_reception: MakeReception) -> None:
    reception = make_reception(posting_query="")
    posted = reception.his.post(reception.payment(reception.his.book(reception.request())))
    assert reception.his.find_posting("S1", MONDAY) == posted
    assert reception.his.find_posting("S7", MONDAY) is None


def test_without_a_query_by_serial_a_posting_of_a_later_day_is_found(make_reception: MakeReception) -> None:
    reception = make_reception(posting_query="")
    payment = reception.payment(reception.his.book(reception.request()))
    reception.clock.instant += timedelta(days=2)
    posted = reception.his.post(dataclasses.replace(payment, occurred_at=reception.clock.now()))
    assert reception.his.find_posting("S1", MONDAY) == posted
    assert reception.his.find_posting("S1", reception.clock.now().date() + timedelta(days=1)) is None


def test_a_hospital_without_posting_queries_says_so(make_reception: MakeReception) -> None:
    reception = make_reception(profile=Profile(posting_query=False))
    with pytest.raises(Refused) as refusal:
        reception.his.find_posting("S1", MONDAY)
    assert (refusal.value.reason, refusal.value.native_code) == (Reason.NOT_ALLOWED, "201")


def test_a_careless_hospital_shows_both_of_its_entries(make_reception: MakeReception) -> None:
    reception = make_reception(profile=Profile(idempotent_posting=False))
    payment = reception.payment(reception.his.book(reception.request()))
    reception.his.post(payment)
    reception.his.post(payment)
    assert [entry.receipt_no for entry in reception.his.postings(MONDAY)] == ["R00000001", "R00000002"]
