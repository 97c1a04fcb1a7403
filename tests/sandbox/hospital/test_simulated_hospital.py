"""What any HL7 system sees of the simulated hospital."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta

import pytest

from adapters.hl7.build import GB18030, segment
from adapters.hl7.message import Message
from hospital_bridge.sandbox.hospital import calendar, codes
from hospital_bridge.sandbox.hospital.cashier import Profile
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.journal import Journal, Record
from hospital_bridge.sandbox.hospital.seed_data import DEMO_HOSPITAL
from tests.sandbox.hospital.conftest import Asker
from tests.steered import FakeClock

SESSION = "D01011-202611240800"
MONDAY = date(2026, 11, 23)


def refusal(answer: Message) -> tuple[str, str]:
    return answer["MSA-1"], answer["ERR-5.1"] or answer["ERR-3.1"]


def test_the_demo_hospital_is_worth_a_visit() -> None:
    staffed = {doctor.department_code for doctor in DEMO_HOSPITAL.doctors}
    assert staffed == {department.code for department in DEMO_HOSPITAL.departments}
    assert len(staffed) >= 6
    assert all(department.place for department in DEMO_HOSPITAL.departments)
    assert {service.price_fen for service in DEMO_HOSPITAL.services} > {0}


def test_every_answer_names_the_message_that_it_answers(asker: Asker) -> None:
    query = segment("QRD", {4: "Q1", 9: "MFQ", 10: "LOC"})
    answers = [asker.ask("MFQ^M05^MFQ_M01", query), asker.ask("MFQ^M04^MFQ_M01", query)]
    assert [answer["MSA-2"] for answer in answers] == ["Q1", "Q2"]
    assert len({answer.control_id for answer in answers}) == 2


def test_an_event_that_it_does_not_know_is_rejected(asker: Asker) -> None:
    assert refusal(asker.ask("ADT^A40^ADT_A39", segment("PID", {3: "1"}))) == ("AR", "201")


def test_what_is_no_hl7_is_rejected(hospital: SimulatedHospital) -> None:
    reply = hospital.handle(b"GET / HTTP/1.1")
    assert reply is not None
    assert Message.parse(reply)["MSA-1"] == "AR"


def test_a_missing_field_is_told(asker: Asker) -> None:
    assert refusal(asker.ask("SRM^S01^SRM_S01", segment("ARQ", {5: SESSION}))) == ("AE", "101")


def test_it_answers_in_its_own_character_set(clock: FakeClock) -> None:
    hospital = SimulatedHospital(clock, charset=GB18030)
    reply = hospital.handle(Asker(hospital).raw("MFQ^M05^MFQ_M01", segment("QRD", {4: "Q", 9: "MFQ", 10: "LOC"})))
    assert reply is not None
    assert "便民门诊".encode("gb18030") in reply
    assert Message.parse(reply)["MSH-18"] == GB18030


def test_a_full_session_takes_nobody_more(asker: Asker, hospital: SimulatedHospital) -> None:
    answers = [asker.book(f"P{number}", SESSION) for number in range(5)]
    assert [answer["MSA-1"] for answer in answers] == ["AA", "AA", "AA", "AE", "AE"]
    session = hospital.diary.session(SESSION)
    assert session is not None
    assert hospital.diary.left(session) == 0


class SlowJournal(Journal):
    """Takes its time between the hospital's decision and its effect, so that a missing lock shows."""

    def append(self, record: Record) -> None:
        threading.Event().wait(0.02)


def test_many_connections_cannot_oversell(clock: FakeClock) -> None:
    asker = Asker(SimulatedHospital(clock, journal=SlowJournal()))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: asker.book(f"P{number}", SESSION), range(8)))
    booked = [answer["SCH-2"] for answer in answers if answer["MSA-1"] == "AA"]
    assert sorted(booked) == ["A00000001", "A00000002", "A00000003"]


@pytest.mark.parametrize(
    "session_id", ["D01011-202611230800", "D01011-202612240800", "D01011-202611240815", "x", "D9-1"]
)
def test_a_session_that_is_over_too_far_off_or_unheard_of_takes_nobody(asker: Asker, session_id: str) -> None:
    assert refusal(asker.book("P1", session_id)) == ("AE", codes.SLOT_TAKEN)


def test_an_unknown_patient_gets_no_appointment(asker: Asker) -> None:
    assert refusal(asker.book("P1", SESSION, mrn="424242")) == ("AE", codes.PATIENT_UNKNOWN)


def test_the_calendar_moves_with_the_clock(hospital: SimulatedHospital, clock: FakeClock) -> None:
    eighth = MONDAY + timedelta(days=7)
    assert hospital.diary.open_sessions("0101", "D01011", eighth) == []
    clock.advance(timedelta(days=1))
    assert hospital.diary.open_sessions("0101", "D01011", eighth)


def test_every_doctor_has_a_morning_and_every_second_day_an_afternoon() -> None:
    for doctor in DEMO_HOSPITAL.doctors:
        lengths = {len(list(calendar.sessions(doctor, MONDAY + timedelta(days=n)))) for n in range(7)}
        assert lengths == ({25} if doctor.department_code in calendar.ALL_HOURS else {8, 14})


def test_where_it_is_open_at_all_hours_there_is_a_place_left_of_the_day(
    hospital: SimulatedHospital, clock: FakeClock
) -> None:
    clock.advance(datetime.combine(MONDAY, time(23, 58), calendar.ZONE) - clock.now())
    last = [session.starts_at.time() for session, _ in hospital.diary.open_sessions("0902", "D09021", MONDAY)]
    assert last == [time(23, 59)]
    assert hospital.diary.open_sessions("0902", "D09021", MONDAY + timedelta(days=1)) == []


def test_a_payment_needs_a_living_appointment(asker: Asker) -> None:
    filler = asker.book("P1", SESSION)["SCH-2"]
    asker.cancel("P1", filler)
    assert refusal(asker.post("S1", "PY", "120.00", filler)) == ("AE", codes.APPOINTMENT_CANCELLED)
    assert refusal(asker.post("S1", "PY", "120.00", "A0")) == ("AE", codes.APPOINTMENT_UNKNOWN)


def test_an_appointment_is_paid_once(asker: Asker, hospital: SimulatedHospital) -> None:
    filler = asker.book("P1", SESSION)["SCH-2"]
    first, again = (asker.post("S1", "PY", "120.00", filler) for _ in range(2))
    assert first["ZRC-2"] == again["ZRC-2"] == "R00000001"
    assert refusal(asker.post("S2", "PY", "120.00", filler)) == ("AE", codes.ALREADY_PAID)
    assert refusal(asker.post("S1", "CD", "120.00", filler)) == ("AE", codes.POSTING_CONFLICT)
    assert hospital.cashier.net_fen(filler) == 12_000


def test_refunds_never_exceed_the_payment(asker: Asker, hospital: SimulatedHospital) -> None:
    filler = asker.book("P1", SESSION)["SCH-2"]
    asker.post("S1", "PY", "120.00", filler)
    assert asker.post("S2", "CD", "100.00", filler)["MSA-1"] == "AA"
    assert refusal(asker.post("S3", "CD", "20.01", filler)) == ("AE", codes.REFUND_TOO_HIGH)
    assert asker.post("S4", "CD", "20.00", filler)["MSA-1"] == "AA"
    assert hospital.cashier.net_fen(filler) == 0


def test_a_careless_hospital_posts_a_repeated_serial_again(clock: FakeClock) -> None:
    hospital = SimulatedHospital(clock, profile=Profile(idempotent_posting=False))
    asker = Asker(hospital)
    filler = asker.book("P1", SESSION)["SCH-2"]
    receipts = [asker.post("S1", "PY", "120.00", filler)["ZRC-2"] for _ in range(2)]
    assert receipts == ["R00000001", "R00000002"]
    assert hospital.cashier.net_fen(filler) == 24_000


def test_a_fault_strikes_its_trigger_as_often_as_it_says(asker: Asker, hospital: SimulatedHospital) -> None:
    hospital.faults.add(Fault(trigger="SRM^S04", kind=FaultKind.BUSY, times=2))
    filler = asker.book("P1", SESSION)["SCH-2"]
    answers = [refusal(asker.cancel("P1", filler)) for _ in range(3)]
    assert answers == [("AE", "206"), ("AE", "206"), ("AA", "")]


def test_a_lost_request_does_nothing_and_a_lost_reply_does(asker: Asker, hospital: SimulatedHospital) -> None:
    for effect in (False, True):
        hospital.faults.add(Fault(trigger="*", kind=FaultKind.NO_REPLY, effect=effect))
        patient = segment("PID", {3: ("100001", "", "", "", "MR")})
        raw = asker.raw("SRM^S01^SRM_S01", segment("ARQ", {1: f"P{effect}", 5: SESSION}), patient)
        assert hospital.handle(raw) is None
        assert (hospital.diary.by_placer(f"P{effect}") is not None) is effect


def test_cleared_faults_are_gone(hospital: SimulatedHospital) -> None:
    hospital.faults.add(Fault(trigger="*", kind=FaultKind.RESET))
    hospital.faults.clear()
    assert hospital.faults.take("SRM^S01") is None
