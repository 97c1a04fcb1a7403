"""At seven o'clock a hospital that dies above four calls lives on, and everybody is told the truth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from tests.pace.rush import DIES_ABOVE, rush

PATIENTS = 24
SOON_GIVEN_UP = """
[operator.his.pace.operations.slots]
timeout_seconds = 0.3
[operator.his.pace.operations.departments]
timeout_seconds = 0.3
[operator.his.pace.operations.practitioners]
timeout_seconds = 0.3
"""


def test_a_frail_hospital_survives_the_morning(tmp_path: Path) -> None:
    with rush(tmp_path, PATIENTS, at_once=20) as morning:
        morning.at_seven(tries=40)
        endurance = morning.town.hospital.endurance
        assert not endurance.has_fallen
        assert endurance.peak <= DIES_ABOVE
        assert set(morning.told) <= {"200", "503 busy", "409 taken", "404"}
        assert morning.served == morning.booked == PATIENTS


@pytest.mark.parametrize("ailment", ["silent", "poisoned"])
def test_a_hospital_that_is_ill_holds_up_no_page_that_needs_none(tmp_path: Path, ailment: str) -> None:
    """Silent, it answers nobody; poisoned, it answers nonsense to everybody."""
    with rush(tmp_path, 12, at_once=12, pace=SOON_GIVEN_UP) as morning:
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
