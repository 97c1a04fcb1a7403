"""The hospital's: a record number, and a bill, a report and a past registration with its visit under it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from adapters.values import Fen, Slot
from hospital_bridge.slot import VerticalWork
from hospital_bridge.verticals.hospital.bills import arrival as bill_arrival
from hospital_bridge.verticals.hospital.cards import keep_number
from hospital_bridge.verticals.hospital.record_numbers import MRN, NUMBER_BOUND
from hospital_bridge.verticals.hospital.registration import Registration, State
from hospital_bridge.verticals.hospital.results import arrival as report_arrival
from hospital_bridge.verticals.hospital.store import registrations, visits
from hospital_bridge.verticals.hospital.visits.visit import registered_here
from tests.conformance.candidates import Example
from tests.verticals.hospital.billing import issued
from tests.verticals.hospital.laboratory import record, report

RECORD = "100001"
NAME, BORN = "测试一", date(1985, 3, 12)


def keep(work: VerticalWork, subject_id: str) -> Mapping[str, str]:
    keep_number(work, subject_id, RECORD)
    past = _past_registration(work, subject_id)
    registrations.add(work, past)
    visits.add(work, registered_here(past, work.ids.new(), NAME, BORN, work.now))
    bill_arrival.issued(work, issued("B1"))
    report_arrival.receive(work, report(patient=record(RECORD, NAME)))
    return {NUMBER_BOUND: work.seal.index(MRN, RECORD)}


def _past_registration(work: VerticalWork, subject_id: str) -> Registration:
    began = work.now - timedelta(days=2)
    return Registration(
        registration_id=work.ids.new(),
        wallet_user_id=work.ids.new(),
        subject_id=subject_id,
        mrn=RECORD,
        slot=Slot("S1", "0501", "D1", began, began + timedelta(minutes=20), 1, Fen(5000)),
        department_name="心血管内科",
        practitioner_name="林若海",
        place="门诊楼",
        state=State.ENDED,
        hold_expires_at=began,
        created_at=began,
        filler_id="V1",
    )


EXAMPLE = Example(keep=keep, secrets=(RECORD, "5.1"))
