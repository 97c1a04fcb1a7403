"""At seven o'clock a hospital that dies above four calls lives on, and everybody is told the truth."""

from __future__ import annotations

from pathlib import Path

from tests.pace.rush import DIES_ABOVE, rush

PATIENTS = 24


def test_a_frail_hospital_survives_the_morning(tmp_path: Path) -> None:
    with rush(tmp_path, PATIENTS, at_once=20) as morning:
        morning.at_seven(tries=40)
        endurance = morning.town.hospital.endurance
        assert not endurance.has_fallen
        assert endurance.peak <= DIES_ABOVE
        assert set(morning.told) <= {"200", "503 busy", "409 taken", "404"}
        assert morning.served == morning.booked == PATIENTS
