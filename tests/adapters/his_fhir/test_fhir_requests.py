"""What the adapter asks a FHIR server for, in each version, and how it keeps a value what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.errors import Malformed, OutsideError, Reason, Refused
from adapters.his_fhir.his import FhirHis
from adapters.values import (
    Booking,
    BookingRequest,
    EntryKind,
    Fen,
    Identifier,
    PatientRecord,
    Posting,
    Sex,
    Slot,
    VerifiedIdentity,
)
from tests.adapters.his_fhir.scripted import BASE, his_at, outcome, page, params_of, told

AT = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
RECORD = PatientRecord((Identifier("MRN", "100001"),), "王弢", date(1985, 3, 12), Sex.MALE)
SLOT = Slot("s-1", "0101", "D1", AT, AT.replace(minute=30), 1, Fen(5000))
IDENTITY = VerifiedIdentity("王弢", "CN_ID", "999999198503120034", date(1985, 3, 12), Sex.MALE, "13900000000")
PATIENT = {"resourceType": "Patient", "id": "p1", "identifier": [{"system": "urn:mrn", "value": "100001"}]}
APPOINTMENT = {
    "resourceType": "Appointment",
    "id": "a1",
    "meta": {"versionId": "7"},
    "identifier": [{"system": "urn:hospital-bridge:appointment", "value": "P1"}],
    "status": "booked",
    "slot": [{"reference": "Slot/s-1"}],
}
MRN = {"identifiers": {"MRN": ["urn:mrn"]}}
POSTING = Posting("S1", EntryKind.PAYMENT, Fen(1230), RECORD, "a1", "O1", "T1", AT, "")

POSTED: Mapping[tuple[str, str, EntryKind], Mapping[str, Any]] = {
    ("R4", "PaymentNotice", EntryKind.PAYMENT): {
        "request": {"reference": "Appointment/a1"},
        "payment": {"identifier": {"system": "urn:hospital-bridge:trade", "value": "T1"}},
        "paymentDate": "2026-11-25",
        "recipient": {"reference": "Organization/h"},
        "amount": {"value": 12.3, "currency": "CNY"},
        "paymentStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/paymentstatus", "code": "paid"}]
        },
    },
    ("R5", "PaymentReconciliation", EntryKind.REFUND): {
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/payment-type", "code": "payment"}]},
        "kind": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/paymentstatus", "code": "refunded"}]},
        "referenceNumber": "T1",
        "date": "2026-11-25",
        "amount": {"value": -12.3, "currency": "CNY"},
        "allocation": [{"target": {"reference": "Appointment/a1"}, "amount": {"value": -12.3, "currency": "CNY"}}],
    },
    ("R4B", "PaymentReconciliation", EntryKind.PAYMENT): {
        "outcome": "complete",
        "paymentIdentifier": {"system": "urn:hospital-bridge:trade", "value": "T1"},
        "paymentDate": "2026-11-25",
        "paymentAmount": {"value": 12.3, "currency": "CNY"},
        "detail": [
            {
                "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/paymentstatus", "code": "paid"}]},
                "request": {"reference": "Appointment/a1"},
                "amount": {"value": 12.3, "currency": "CNY"},
            }
        ],
    },
}


@pytest.mark.parametrize(("version", "posting", "kind"), POSTED)
def test_a_posting_is_written_as_its_version_has_it_and_read_back(version: str, posting: str, kind: EntryKind) -> None:
    written = POSTED[version, posting, kind]
    his, server = his_at(
        lambda asked: told(201, asked.body.replace(b'{"resourceType"', b'{"id":"N1","resourceType"')),
        version=version,
        billing={"posting": posting, "recipient": "Organization/h"},
    )
    entry = his.post(replace(POSTING, kind=kind))
    (body,) = server.bodies
    assert {key: body[key] for key in written} == written
    assert body["created"] == "2026-11-25T09:00:00+08:00"
    assert b'"value":-12.30' in server.asked[0].body or b'"value":12.30' in server.asked[0].body
    assert server.asked[0].headers["If-None-Exist"] == "identifier=urn%3Ahospital-bridge%3Aposting%7CS1"
    assert (entry.kind, entry.amount_fen, entry.receipt_no, entry.occurred_at) == (kind, 1230, "N1", AT)


@pytest.mark.parametrize("posting", sorted({posting for _, posting, _ in POSTED}))
def test_a_deposit_onto_a_stay_is_refused_before_anything_is_sent(posting: str) -> None:
    his, server = his_at(told(201, {}), version="R4", billing={"posting": posting, "recipient": "Organization/h"})
    with pytest.raises(Refused):
        his.post(replace(POSTING, filler_id="", stay_no="ZY1"))
    assert server.asked == []


@pytest.mark.parametrize(("version", "reason"), [("R4", "cancelationReason"), ("R5", "cancellationReason")])
def test_a_booking_is_made_once_and_cancelled_at_the_version_that_was_read(version: str, reason: str) -> None:
    his, server = his_at(
        told(200, page(PATIENT)),
        told(201, APPOINTMENT),
        told(200, page(APPOINTMENT)),
        told(412, outcome("conflict")),
        told(200, page({**APPOINTMENT, "meta": {"versionId": "8"}})),
        told(200, {**APPOINTMENT, "status": "cancelled"}),
        version=version,
        **MRN,
    )
    booked = his.book(BookingRequest("P1", SLOT, RECORD))
    assert booked == Booking("P1", "a1")
    body = server.bodies[0]
    assert body["slot"] == [{"reference": "Slot/s-1"}]
    assert body["start"] == "2026-11-25T09:00:00+08:00"
    assert [each["actor"]["reference"] for each in body["participant"]] == ["Patient/p1", "Practitioner/D1"]
    assert ("subject" in body) is (version == "R5")
    assert server.asked[1].headers["If-None-Exist"] == "identifier=urn%3Ahospital-bridge%3Aappointment%7CP1"
    his.cancel(booked)
    puts = [request for request in server.asked if request.method == "PUT"]
    assert [request.headers["If-Match"] for request in puts] == ['W/"7"', 'W/"8"']
    assert {request.url for request in puts} == {f"{BASE}/Appointment/a1"}
    assert (server.bodies[-1]["status"], reason in server.bodies[-1]) == ("cancelled", True)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("cancelled", Reason.CLOSED),
        ("noshow", Reason.CLOSED),
        ("entered-in-error", Reason.CLOSED),
        ("waitlist", Reason.SLOT_TAKEN),
    ],
)
def test_a_number_whose_appointment_does_not_stand_is_refused(status: str, reason: Reason) -> None:
    his, _ = his_at(told(200, page(PATIENT)), told(200, {**APPOINTMENT, "status": status}), **MRN)
    with pytest.raises(Refused) as refusal:
        his.book(BookingRequest("P1", SLOT, RECORD))
    assert refusal.value.reason is reason
    assert his_at(told(200, page({**APPOINTMENT, "status": status})))[0].find_booking("P1") is None


def test_a_visit_that_took_place_is_not_cancelled() -> None:
    his, server = his_at(told(200, page({**APPOINTMENT, "status": "fulfilled"})))
    with pytest.raises(Refused):
        his.cancel(Booking("P1", "a1"))
    assert [request.method for request in server.asked] == ["GET"]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ([], Reason.NOT_FOUND),
        ([PATIENT, {**PATIENT, "id": "p2"}], Reason.CONFLICTING_CONTENT),
        ([{**PATIENT, "active": False}], Reason.NOT_FOUND),
        ([{**PATIENT, "link": [{"type": "replaced-by"}]}], Reason.NOT_FOUND),
        ([{**PATIENT, "identifier": [{"system": "urn:other", "value": "100001"}]}], Reason.NOT_FOUND),
    ],
)
def test_a_record_that_is_not_one_alone_books_nothing(found: list[dict[str, Any]], reason: Reason) -> None:
    his, server = his_at(told(200, page(*found)), **MRN)
    with pytest.raises(Refused) as refusal:
        his.book(BookingRequest("P1", SLOT, RECORD))
    assert refusal.value.reason is reason
    assert all(request.method == "GET" for request in server.asked)


EVIL = (
    "../Patient/1",
    "x/../../y",
    "..",
    "a?b=c",
    "a#b",
    "%2e%2e",
    "a b",
    "王",
    "a\nHost: b",
    "x" * 65,
    "1|2,3$4\\5&_x=1",
)
ASKS: Mapping[str, Callable[[FhirHis, str], object]] = {
    "practitioners": lambda his, value: his.practitioners(value),
    "slots": lambda his, value: his.slots("0101", value, date(2026, 11, 25)),
    "booking": lambda his, value: his.find_booking(value),
    "posting": lambda his, value: his.find_posting(value, date(2026, 11, 25)),
    "patients": lambda his, value: his.find_patients(replace(IDENTITY, id_number=value)),
    "register": lambda his, value: his.register_patient(replace(IDENTITY, id_number=value)),
    "book": lambda his, value: his.book(BookingRequest("P1", replace(SLOT, slot_id=value), RECORD)),
    "patient": lambda his, value: his.book(
        BookingRequest("P1", SLOT, replace(RECORD, identifiers=(Identifier("MRN", value),)))
    ),
}


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("search_by", ["GET", "POST"])
def test_no_value_ever_becomes_another_address_or_parameter(ask: str, search_by: str) -> None:
    names = {"practitioner", "organization", "actor", "identifier", "_id", "_include", "_count"}
    for value in EVIL:
        his, server = his_at(told(200, page()), search_by=search_by)
        assert value not in fault_of(lambda: ASKS[ask](his, value))  # noqa: B023 - called at once
        for request in server.asked:
            path = request.url.partition("?")[0].removeprefix(BASE)
            assert path.replace("/_search", "").strip("/").isalpha(), path
            assert request.url.isascii()
            assert request.headers.get("If-None-Exist", "").isascii()
            if request.method == "GET" or path.endswith("_search"):
                assert {name for name, _ in params_of(request)} <= names
                assert request.headers["Prefer"] == "handling=strict"
        if search_by == "POST":
            assert not any("?" in request.url for request in server.asked)


def test_an_id_of_the_servers_that_is_none_is_malformed() -> None:
    his, _ = his_at(told(200, page({**APPOINTMENT, "id": "../x"})))
    booked = his.find_booking("P1")
    assert booked is not None
    with pytest.raises(Malformed):
        his.cancel(booked)


def test_a_document_is_found_in_whichever_way_the_server_writes_it_and_nowhere_else() -> None:
    document = {"type": {"coding": [{"code": "NNCHN"}]}, "value": "999999198503120034"}
    typed = {**PATIENT, "identifier": [PATIENT["identifier"][0], document]}
    phone_alike = {**PATIENT, "id": "p3", "identifier": [{"system": "urn:tel", "value": "999999198503120034"}]}
    his, server = his_at(told(200, page()), told(200, page(typed, phone_alike)), **MRN)
    (record,) = his.find_patients(IDENTITY)
    assert record.identifiers == (Identifier("MRN", "100001"), Identifier("CN_ID", "999999198503120034"))
    assert [dict(params_of(request))["identifier"] for request in server.asked] == [
        "urn:oid:2.16.156.10011.1.3|999999198503120034",
        "999999198503120034",
    ]


def test_a_new_record_is_made_where_none_has_the_document() -> None:
    his, server = his_at(told(201, PATIENT))
    his.register_patient(IDENTITY)
    assert server.bodies[0]["birthDate"] == "1985-03-12"
    assert server.bodies[0]["telecom"][0]["value"] == "13900000000"
    assert server.asked[0].headers["If-None-Exist"].endswith("%7C999999198503120034")
    with pytest.raises(Refused) as refusal:
        his_at(told(200, PATIENT))[0].register_patient(IDENTITY)
    assert refusal.value.reason is Reason.CONFLICTING_CONTENT


def fault_of(ask: Callable[[], object]) -> str:
    try:
        ask()
    except OutsideError as fault:
        return fault.text
    return ""
