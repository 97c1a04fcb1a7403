"""A hospital that has triggers of its own is asked and told by them, and its answers are read."""

from __future__ import annotations

import pytest

from adapters.errors import Malformed
from adapters.his_hl7.mapping import patients
from adapters.his_hl7.mapping.draft import Envelope
from adapters.hl7.build import Header, build
from adapters.hl7.conformance import check
from adapters.hl7.message import Message
from hospital_bridge.sandbox import people
from tests.adapters.his_hl7.conftest import MONDAY_MORNING, demo_settings, identity

PERSON = identity(people.WANG_TAO)
ANSWER = "MSH|^~\\&|HIS|H|HB||20261123100000||ZCK^ZP1|1|P|2.4||||||UNICODE UTF-8\rMSA|AA|C1\r"
OWN = {"patient_query": "QBP^ZP7", "registration": "ADT^ZP1"}


def test_the_query_and_the_registration_go_out_under_the_hospitals_own_triggers() -> None:
    settings, envelope = demo_settings(**OWN), Envelope("C1", MONDAY_MORNING)
    query = patients.patient_query(PERSON, settings, envelope)
    assert query.message_type == "QBP^ZP7"
    assert str(query.segments[0]).startswith("QPD|ZP7|C1|")
    assert patients.registration(PERSON, settings, envelope).message_type == "ADT^ZP1"


def test_they_keep_the_standard_but_for_their_trigger() -> None:
    settings, envelope = demo_settings(**OWN), Envelope("C1", MONDAY_MORNING)
    header = Header("C1", MONDAY_MORNING, settings.time_zone, "HB", "H", "HIS", "H")
    for sent in (patients.patient_query(PERSON, settings, envelope), patients.registration(PERSON, settings, envelope)):
        found = check(build(sent.message_type, header, *sent.segments).encode())
        assert {each.place for each in found} <= {"MSH-9.2", "MSH-9.3", "PID-3.5"}


def test_an_answer_without_a_query_status_is_read_by_its_patients_where_the_query_is_the_hospitals_own() -> None:
    found = f"{ANSWER}PID|1||100001^^^^MR||{PERSON.name}\r"
    (record,) = patients.read_patients(Message.parse(found.encode()), PERSON, demo_settings(**OWN))
    assert record.first("MRN") == "100001"
    assert patients.read_patients(Message.parse(ANSWER.encode()), PERSON, demo_settings(**OWN)) == ()
    with pytest.raises(Malformed):
        patients.read_patients(Message.parse(found.encode()), PERSON, demo_settings())
