"""Each version over real wires, by the same adapter: what is bookable, booked, paid, cancelled and told is the same."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from adapters.errors import Untrusted
from adapters.his_fhir import manifest
from adapters.his_fhir.his import FhirHis
from adapters.his_fhir.schema import FhirHisSchema
from adapters.http import Request, UrllibTransport
from adapters.manifest import AdapterContext
from adapters.news import AppointmentCalledOff, BillIssued, News, ReportIssued, ReportStatus, VisitRegistered
from adapters.values import BookingRequest, EntryKind, Posting, VerifiedIdentity
from hospital_bridge.clock import uuid7
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital.codes import REASONS
from hospital_bridge.sandbox.hospital.doors.fhir import names
from hospital_bridge.sandbox.hospital.doors.fhir.door import HINT, TOKEN, FhirDoor
from hospital_bridge.sandbox.hospital.examinations import CHEST_CT, GLUCOSE
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.staff import Notice
from tests.receiver import receiving

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TOMORROW = date(2026, 11, 24)
DOCTOR, MRN = "D01011", "100001"
VERSIONS = ("R4", "R4B", "R5")
TOPIC = "http://hl7.example/SubscriptionTopic/DiagnosticReport"


class Frozen:
    def now(self) -> datetime:
        return NOW

    def sleep(self, seconds: float) -> None:
        threading.Event().wait(seconds)


class Ward:
    """A simulated hospital of one version behind its door, and the adapter."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.hospital = SimulatedHospital(Frozen())
        self.door = FhirDoor(self.hospital, Frozen(), "127.0.0.1", 0, version=version)
        self.door.start()
        self.numbers = itertools.count(1)
        self.his = self.built()
        self.marks: dict[str, str] = {}

    def built(self, **more: Any) -> FhirHis:
        written: dict[str, Any] = {
            "base_url": f"http://127.0.0.1:{self.door.port}/fhir",
            "version": self.version,
            "access": {"kind": "bearer", "token": TOKEN},
            "identifiers": {"MRN": [names.MRN]},
            "directory": {"department": "Location"},
            "scheduling": {"places_extension": names.PLACES_LEFT},
            "map": {
                "insurance_codes": [names.INSURANCE],
                "account_codes": [names.ACCOUNT],
                "window_codes": [names.WINDOW_ONLY],
            },
            "codes": dict(REASONS),
            "hints": {"secret": HINT, **more},
        }
        ids = (uuid7(NOW, number) for number in itertools.count(1))
        context = AdapterContext(lambda: NOW, UrllibTransport(), lambda: next(ids))
        return cast("FhirHis", manifest.build(FhirHisSchema().load(written), context))

    def told(self, notice: Notice) -> list[News]:
        self.fetched()
        self.door.tell(notice, cast("Any", None))
        return self.fetched()

    def fetched(self) -> list[News]:
        news: list[News] = []
        for feed in self.his.feeds():
            look = self.his.fetch(feed.name, self.marks.get(feed.name, ""))
            self.marks[feed.name] = look.mark
            news += [each for item in look.items for each in self.his.read_news(item.raw, None)]
        return news


@pytest.fixture(params=VERSIONS)
def ward(request: pytest.FixtureRequest) -> Iterator[Ward]:
    ward = Ward(request.param)
    yield ward
    ward.door.stop()


def test_the_server_says_which_version_it_speaks_and_asks_everybody_else_who_they_are(ward: Ward) -> None:
    base = f"http://127.0.0.1:{ward.door.port}/fhir"
    wire = UrllibTransport()
    told = json.loads(wire.send(Request("GET", f"{base}/metadata")).body)
    assert told["fhirVersion"] == {"R4": "4.0.1", "R4B": "4.3.0", "R5": "5.0.0"}[ward.version]
    assert wire.send(Request("GET", f"{base}/Patient?identifier=x")).status == 401


def test_a_day_at_the_hospital_is_the_same_in_every_version(ward: Ward) -> None:
    his, hospital, person = ward.his, ward.hospital, people.WANG_TAO
    assert tuple(his.departments()) == hospital.data.departments
    identity = VerifiedIdentity(person.name, "CN_ID", person.id_number, person.birth_date, person.sex, person.phone)
    (record,) = his.find_patients(identity)
    slot = his.slots("0101", DOCTOR, TOMORROW)[0]
    booked = his.book(BookingRequest("P1", slot, record))
    payment = Posting("S1", EntryKind.PAYMENT, slot.fee_fen, record, booked.filler_id, "O1", "T1", NOW)
    posted = his.post(payment)
    assert (his.find_posting("S1", TOMORROW), his.postings(NOW.date())) == (posted, (posted,))
    his.cancel(booked)
    assert his.find_booking("P1") is None
    assert AppointmentCalledOff("P1", booked.filler_id) in ward.fetched()

    visit = hospital.staff.register(MRN, DOCTOR)
    (told,) = ward.told(visit)
    assert isinstance(told, VisitRegistered)
    assert (told.filler_id, told.starts_at, told.department_name) == (visit.number, NOW, "心血管内科")
    bill = hospital.staff.order(MRN, visit.number, DOCTOR, (GLUCOSE,), at_window=True)
    (told_bill,) = ward.told(bill)
    assert isinstance(told_bill, BillIssued)
    assert (told_bill.total_fen, told_bill.insurance_fen, told_bill.at_window) == (800, 600, True)
    assert (told_bill.filler_id, told_bill.issued_at) == (visit.number, NOW)
    report = hospital.staff.preliminary(MRN, visit.number, DOCTOR, GLUCOSE, {"GLU": "7.10"})
    (version,) = ward.told(report)
    (corrected,) = ward.told(hospital.staff.finalise(report.number, {"GLU": "22.30"}))
    assert isinstance(version, ReportIssued)
    assert isinstance(corrected, ReportIssued)
    assert (version.observations[0].value, version.status) == ("7.10", ReportStatus.PRELIMINARY)
    assert (corrected.observations[0].value, corrected.is_critical) == ("22.30", True)
    (imaging,) = ward.told(hospital.staff.preliminary(MRN, visit.number, DOCTOR, CHEST_CT, {}))
    assert isinstance(imaging, ReportIssued)
    assert imaging.documents[0].content.startswith(b"%PDF-")


def test_a_subscriber_is_called_and_the_call_is_only_a_hint(ward: Ward) -> None:
    with receiving() as receiver:
        topics = {"reports": TOPIC} if ward.version == "R5" else {}
        ward.his = ward.built(endpoint=receiver.url, topics=topics)
        for _ in range(2):
            ward.fetched()
        report = ward.hospital.staff.preliminary(MRN, "", DOCTOR, GLUCOSE, {"GLU": "7.1"})
        ward.door.tell(report, cast("Any", None))
        (call,) = receiver.received
    assert ward.his.read_hint(call.body, call.headers) == (
        ["reports"] if ward.version == "R5" else ["appointments", "encounters", "bills", "reports"]
    )
    assert b"7.1" not in call.body


FULL = b'{"resourceType":"DiagnosticReport","id":"1","conclusion":"x"}'
ID_ONLY = (
    b'{"resourceType":"Bundle","type":"subscription-notification","entry":[{"resource":{"resourceType":'
    b'"SubscriptionStatus","type":"event-notification","notificationEvent":[{"focus":{"reference":"Invoice/B1"}}]}}]}'
)
ALL = ["appointments", "encounters", "bills", "reports"]


@pytest.mark.parametrize(
    ("body", "feeds"),
    [
        (b"", ALL),
        (b"\xff\x00 not JSON {", ALL),
        (b'{"resourceType":"Patient","id":"1"}', ALL),
        (FULL, ["reports"]),
        (b'{"resourceType":"Observation","id":"1"}', ["reports"]),
        (ID_ONLY, ["bills"]),
        (ID_ONLY.replace(b"Invoice/B1", b"https://his.example/fhir/Encounter/V1/_history/2"), ["encounters"]),
        (ID_ONLY.replace(b"event-notification", b"heartbeat"), []),
        (ID_ONLY.replace(b"event-notification", b"handshake"), []),
    ],
)
def test_a_hint_names_what_to_look_at_whatever_its_body_holds(body: bytes, feeds: list[str]) -> None:
    his = hinted()
    assert list(his.read_hint(body, {"authorization": HINT, "Content-Type": "application/fhir+json"})) == feeds
    for shown in (
        {},
        {"Authorization": ""},
        {"Authorization": HINT + "x"},
        {"X-Secret": HINT},
        {"Authorization": "桥"},
    ):
        with pytest.raises(Untrusted):
            his.read_hint(body, shown)


def test_without_a_secret_no_hint_is_believed() -> None:
    with pytest.raises(Untrusted):
        hinted(secret="").read_hint(b"", {"Authorization": ""})


def hinted(**hints: str) -> FhirHis:
    told = {"base_url": "https://his.example/fhir", "hints": {"secret": HINT, **hints}}
    context = AdapterContext(lambda: NOW + timedelta(), UrllibTransport(), lambda: "0" * 32)
    return cast("FhirHis", manifest.build(FhirHisSchema().load(told), context))
