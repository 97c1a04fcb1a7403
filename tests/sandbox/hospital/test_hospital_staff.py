from __future__ import annotations

from pathlib import Path

from hospital_bridge.sandbox.hospital.examinations import BLOOD_COUNT, CHEST_CT, GLUCOSE
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.journal import Journal
from tests.steered import FakeClock


def test_a_hospital_that_is_started_again_knows_its_visits_bills_and_reports(clock: FakeClock, tmp_path: Path) -> None:
    kept = Journal(tmp_path / "journal")
    before = SimulatedHospital(clock, journal=kept)
    visit = before.staff.register("100001", "D01011").number
    bill = before.staff.order("100001", visit, "D01011", (BLOOD_COUNT, CHEST_CT)).number
    before.staff.settle_at_window(bill)
    report = before.staff.preliminary("100001", visit, "D01011", GLUCOSE, {"GLU": "7.9"}).number
    before.staff.finalise(report)
    after = SimulatedHospital(clock, journal=kept)
    assert after.bills.get(bill) == before.bills.get(bill)
    assert after.laboratory.versions(report) == before.laboratory.versions(report)
    assert after.staff.register("100001", "D01011").number == "V00000002"
