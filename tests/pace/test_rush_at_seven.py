"""At seven o'clock a hospital that dies above four calls lives on, and everybody is told the truth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from tests.pace.rush import DIES_ABOVE, rush

DAY_AND_NIGHT = """
[[operator.his.pace.maintenance]]
from = "00:00"
until = "12:00"
[[operator.his.pace.maintenance]]
from = "12:00"
until = "00:00"
"""
SOON_GIVEN_UP = """
[operator.his.pace.operations.slots]
timeout_seconds = 0.3
[operator.his.pace.operations.departments]
timeout_seconds = 0.3
[operator.his.pace.operations.practitioners]
timeout_seconds = 0.3
"""


@pytest.mark.parametrize(("his", "patients"), [("hl7v2", 12), ("http-xml", 6), ("fhir", 6)])
def test_a_frail_hospital_survives_the_morning_whatever_it_speaks(tmp_path: Path, his: str, patients: int) -> None:
    with rush(tmp_path, patients, at_once=20, his=his) as morning:
        morning.at_seven(tries=40)
        endurance = morning.town.hospital.endurance
        assert not endurance.has_fallen
        assert endurance.peak <= DIES_ABOVE
        assert set(morning.told) <= {"200", "503 busy", "503 no answer", "409 taken", "404"}
        assert morning.served == morning.booked == patients


@pytest.mark.parametrize("ailment", ["silent", "poisoned"])
def test_a_hospital_that_is_ill_holds_up_no_page_that_needs_none(tmp_path: Path, ailment: str) -> None:
    """Silent, it answers nobody; poisoned, it answers nonsense to everybody."""
    with rush(tmp_path, 6, at_once=6, pace=SOON_GIVEN_UP) as morning:
        hospital = morning.town.hospital
        hospital.endurance.has_fallen = ailment == "silent"
        if ailment == "poisoned":
            hospital.faults.add(Fault(trigger="*", kind=FaultKind.GARBLED, times=100_000))
        with ThreadPoolExecutor(1) as crowd:
            pressing = crowd.submit(morning.at_seven, tries=3)
            others = [page.status for _ in range(5) for page in morning.pages_that_need_none()]
            pressing.result(60)
        assert set(others) == {200}
        assert set(morning.told) <= {"503 busy", "503 no answer"}
        assert (morning.served, morning.booked) == (0, 0)


def test_in_its_maintenance_a_patient_reads_until_when_in_both_languages(tmp_path: Path) -> None:
    with rush(tmp_path, 1, at_once=1, pace=DAY_AND_NIGHT) as night:
        chinese, english = (night.seen(f"departments/0101/D01011?lang={language}") for language in ("zh-CN", "en"))
        assert (chinese.status, english.status) == (503, 503)
        assert "医院系统正在例行维护" in chinese.words
        assert "没有扣款" in chinese.words
        assert "Nothing new can be booked or paid on the phone until" in english.words
        assert len(night.town.hospital.heard) == 0
