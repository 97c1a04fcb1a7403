"""What is HL7's own of the three hospital ports; what every adapter promises stands in tests/contracts/his."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest

from adapters.errors import Reason, Refused
from adapters.values import Identifier
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital.cashier import Profile
from tests.adapters.his_hl7.conftest import MakeReception, Reception, identity

MONDAY = date(2026, 11, 23)


def test_a_name_that_hides_a_delimiter_arrives_whole(reception: Reception) -> None:
    (found,) = reception.his.find_patients(identity(people.WANG_TAO))
    assert found.name == "王弢"
    assert found.birth_date == people.WANG_TAO.birth_date
    assert found.sex is people.WANG_TAO.sex
    assert found.identifiers == (Identifier("MRN", "100001"), Identifier("CN_ID", people.WANG_TAO.id_number))


def test_a_booking_can_be_found_and_takes_a_place(reception: Reception) -> None:
    booked = reception.his.book(reception.request())
    found = reception.his.find_booking("P1")
    assert found is not None
    assert (found.placer_id, found.filler_id) == ("P1", booked.filler_id)
    assert len(booked.control_id) == 20
    assert reception.slot().remaining == 2
    assert reception.his.find_booking("P2") is None


def test_without_a_query_by_serial_the_days_list_tells(make_reception: MakeReception) -> None:
    reception = make_reception(posting_query="")
    posted = reception.his.post(reception.payment(reception.his.book(reception.request())))
    assert reception.his.find_posting("S1", MONDAY) == posted
    assert reception.his.find_posting("S7", MONDAY) is None


@pytest.mark.parametrize("days_later", [-1, 0, 1, 2, 3])
def test_without_a_query_by_serial_a_posting_of_another_day_is_found(
    days_later: int, make_reception: MakeReception
) -> None:
    reception = make_reception(posting_query="")
    payment = reception.payment(reception.his.book(reception.request()))
    booked_at = reception.clock.now() + timedelta(days=days_later)
    posted = reception.his.post(dataclasses.replace(payment, occurred_at=booked_at))
    reception.clock.instant += timedelta(days=2)
    assert reception.his.find_posting("S1", MONDAY) == posted


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
