"""What the texts of a record become, and what is told of one that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from marshmallow import ValidationError

from adapters.errors import Malformed
from adapters.records import Record, billing, directory, scheduling, sent
from adapters.records.names import ASKED
from adapters.values import (
    Booking,
    BookingRequest,
    Department,
    EntryKind,
    Fen,
    Identifier,
    PatientRecord,
    Posting,
    PostingEntry,
    Practitioner,
    Sex,
    Slot,
    VerifiedIdentity,
)
from tests.adapters.records.record_cases import BOOKING, PATIENT, POSTING, SLOT, conventions

PLAIN = conventions()
EIGHT_THIRTY = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
RECORD = directory.patient(PATIENT, PLAIN)
ASKED_POSTING = Posting("S1", EntryKind.REFUND, Fen(1_230), RECORD, "A1", "O1", "T1", EIGHT_THIRTY)


def slot(record: Record, **tables: Any) -> Slot:
    return scheduling.slot(record, conventions(**tables), "0101", "D1")


def test_a_patient_as_the_tables_say() -> None:
    numbers = (Identifier("MRN", "100001"), Identifier("CN_ID", "999999198503120017"))
    assert PatientRecord(numbers, "王弢", date(1985, 3, 12), Sex.MALE) == RECORD


def test_what_nobody_told_stays_unknown() -> None:
    (bare,) = [directory.patient({"mrn": "1", "id_number": "X", "patient_name": "Ana  María"}, PLAIN)]
    assert (bare.sex, bare.birth_date, bare.name) == (Sex.UNKNOWN, None, "Ana María")
    assert bare.first("CN_ID") == "X"
    assert directory.patient({"mrn": "1", "sex": "0"}, conventions(sexes={"*": "U"})).sex is Sex.UNKNOWN
    assert directory.patient({"mrn": "1", "id_number": "X", "id_type": "77"}, PLAIN).first("77") == "X"


def test_a_record_of_another_document_is_not_shown() -> None:
    def asked(number: str) -> VerifiedIdentity:
        return VerifiedIdentity("王弢", "CN_ID", number, date(1985, 3, 12), Sex.MALE)

    assert directory.may_belong(RECORD, asked("999999198503120017"))
    assert not directory.may_belong(RECORD, asked("999999198503120025"))


def test_the_directory_names_who_was_asked_for() -> None:
    assert directory.department({"code": "01", "name": "内科", "place": "2楼"}, PLAIN) == Department(
        "01", "内科", "2楼"
    )
    doctor = directory.practitioner({"code": "D1", "name": "林 若海"}, PLAIN, "01")
    assert doctor == Practitioner("D1", "林若海", "", "01")


@pytest.mark.parametrize(
    ("changed", "begins", "minutes", "left", "fee"),
    [
        ({}, EIGHT_THIRTY, 30, 3, 5_000),
        ({"starts_at": "2026-11-24T08:30:00", "ends_at": "2026/11/24 9:00"}, EIGHT_THIRTY, 30, 3, 5_000),
        ({"ends_at": "", "minutes": "20"}, EIGHT_THIRTY, 20, 3, 5_000),
        ({"starts_at": "", "session": "S"}, EIGHT_THIRTY - timedelta(minutes=30), 240, 3, 5_000),
        ({"remaining": "", "capacity": "5", "taken": "4"}, EIGHT_THIRTY, 30, 1, 5_000),
        ({"remaining": "-2"}, EIGHT_THIRTY, 30, 0, 5_000),
        ({"fee": "0", "extra_fee": ""}, EIGHT_THIRTY, 30, 3, 0),
    ],
)
def test_a_slot_as_hospitals_write_it(changed: Record, begins: datetime, minutes: int, left: int, fee: int) -> None:
    read = slot({**SLOT, **changed})
    assert (read.starts_at, read.ends_at - read.starts_at) == (begins, timedelta(minutes=minutes))
    assert (read.remaining, read.fee_fen) == (left, fee)
    assert (read.department_code, read.practitioner_code) == ("0101", "D1")


def test_an_appointment_that_is_over_is_none() -> None:
    assert scheduling.booking(BOOKING, PLAIN, "P1") == Booking("P1", "A1")
    assert scheduling.booking({**BOOKING, "booking_state": "9"}, PLAIN, "P1") is None
    assert scheduling.booking({"filler_id": "A1"}, PLAIN, "P1") == Booking("P1", "A1")


def test_a_line_of_the_book() -> None:
    at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert billing.posting_entry(POSTING, PLAIN) == PostingEntry("S1", EntryKind.PAYMENT, Fen(12_000), "R1", at)
    signed = conventions(entry_kinds={"+": "payment", "-": "refund"})
    back = billing.posting_entry({**POSTING, "entry_kind": "", "amount": "-1.5"}, signed)
    assert (back.kind, back.amount_fen) == (EntryKind.REFUND, 150)
    in_fen = billing.posting_entry({**POSTING, "amount": "12000"}, conventions(unit="fen"))
    assert in_fen.amount_fen == 12_000


def test_a_receipt_tells_the_hospitals_own_amount() -> None:
    assert billing.receipt({"receipt_no": "R1"}, PLAIN, ASKED_POSTING).amount_fen == 1_230
    assert billing.receipt({"receipt_no": "R1", "amount": "-9.99"}, PLAIN, ASKED_POSTING).amount_fen == 999


READERS: dict[str, tuple[Record, Callable[[Record], object]]] = {
    "patient": (PATIENT, lambda record: directory.patient(record, PLAIN)),
    "slot": (SLOT, slot),
    "booking": (BOOKING, lambda record: scheduling.booking(record, PLAIN, "P1")),
    "posting": (POSTING, lambda record: billing.posting_entry(record, PLAIN)),
    "receipt": ({"receipt_no": "R1"}, lambda record: billing.receipt(record, PLAIN, ASKED_POSTING)),
}


@pytest.mark.parametrize(
    ("kind", "field", "text"),
    [
        ("patient", "mrn", ""),
        ("patient", "mrn", "1" * 65),
        ("patient", "sex", "3"),
        ("patient", "birth_date", "昨天"),
        ("patient", "birth_date", "00010230"),
        ("slot", "slot_id", ""),
        ("slot", "starts_at", "NULL"),
        ("slot", "starts_at", "25:00"),
        ("slot", "day", ""),
        ("slot", "ends_at", "08:00"),
        ("slot", "remaining", "many"),
        ("slot", "remaining", ""),
        ("slot", "fee", "10.005"),
        ("slot", "fee", "-100"),
        ("slot", "fee", ""),
        ("booking", "filler_id", ""),
        ("booking", "placer_id", "P2"),
        ("booking", "booking_state", "5"),
        ("posting", "serial", ""),
        ("posting", "entry_kind", ""),
        ("posting", "entry_kind", "3"),
        ("posting", "amount", "-120.00"),
        ("posting", "amount", "1e2"),
        ("posting", "occurred_at", "9999-12-31T23:59:59-14:00"),
        ("receipt", "receipt_no", "NULL"),
    ],
)
def test_a_fault_names_its_field_and_quotes_nothing(kind: str, field: str, text: str) -> None:
    whole, read = READERS[kind]
    read(whole)
    with pytest.raises(Malformed) as caught:
        read({**whole, field: text})
    assert caught.value.text.split()[0] == ("starts_at" if field == "day" else field)
    assert not text or text not in caught.value.text


@pytest.mark.parametrize(
    ("formats", "text"),
    [
        ([], "2026年11月24日 08:30"),
        ([], "2026-11-24T00:30:00.0000000Z"),
        (["%d-%b-%y %I:%M %p"], "24-Nov-26 08:30 AM"),
        (["epoch-milliseconds"], "1795480200000"),
    ],
)
def test_times_in_the_hospitals_own_form(formats: list[str], text: str) -> None:
    assert slot({**SLOT, "starts_at": text, "ends_at": "", "minutes": "1"}, formats=formats).starts_at == EIGHT_THIRTY


def test_what_we_send_is_in_the_hospitals_codes() -> None:
    written = sent.of_posting(ASKED_POSTING, conventions(instant_sent="%Y%m%d%H%M%S", day_sent="%Y%m%d"))
    assert (written["entry_kind"], written["amount"], written["signed_amount"]) == ("2", "12.30", "-12.30")
    assert (written["occurred_at"], written["birth_date"]) == ("20261124083000", "19850312")
    assert (written["id_type"], written["sex"], written["visit_card_no"]) == ("01", "1", "")
    assert sent.of_amount(Fen(1_230), conventions(unit="fen")) == "1230"
    assert sent.of_instant(EIGHT_THIRTY, conventions(instant_sent="epoch-milliseconds")) == "1795480200000"


def test_the_values_at_hand_are_those_that_are_named() -> None:
    identity = VerifiedIdentity("王弢", "CN_ID", "1", date(1985, 3, 12), Sex.UNKNOWN)
    request = BookingRequest("P1", slot(SLOT), RECORD)
    assert set(sent.of_identity(identity, PLAIN)) == set(ASKED["find_patients"])
    assert set(sent.of_request(request, PLAIN)) == set(ASKED["book"])
    assert set(sent.of_booking(Booking("P1", "A1"))) == set(ASKED["cancel"])
    assert set(sent.of_posting(ASKED_POSTING, PLAIN)) == set(ASKED["post"])
    assert sent.of_identity(identity, PLAIN)["sex"] == "9"


@pytest.mark.parametrize(
    "tables",
    [
        {"unit": "角"},
        {"formats": ["%Q"]},
        {"sessions": {"S": "morning"}},
        {"sexes": {"1": "male"}},
        {"booking_states": {"1": "maybe"}},
        {"id_types": {"SSN": ["1"]}},
        {"time_zone": "Mars"},
    ],
)
def test_a_convention_that_means_nothing_is_refused(tables: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        conventions(**tables)
    assert set(caught.value.messages) == set(tables)
