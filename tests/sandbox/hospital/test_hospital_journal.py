from __future__ import annotations

from pathlib import Path

from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.journal import Journal
from hospital_bridge.sandbox.hospital.model import Patient
from hospital_bridge.sandbox.hospital.seed_data import CN_ID
from hospital_bridge.sandbox.people import LI_QI, WU_TONG
from tests.sandbox.hospital.conftest import Asker
from tests.steered import FakeClock

SESSION = "D01011-202611240800"


def visited(hospital: SimulatedHospital) -> str:
    """One day at the hospital: a payment, a refund and a cancellation; the appointment's number."""
    asker = Asker(hospital)
    filler = asker.book("P1", SESSION)["SCH-2"]
    asker.post("S1", "PY", "120.00", filler)
    asker.post("S2", "CD", "120.00", filler)
    asker.cancel("P1", filler)
    asker.book("P2", SESSION)
    return filler


def test_a_hospital_that_is_started_again_knows_what_it_knew(clock: FakeClock, tmp_path: Path) -> None:
    kept = Journal(tmp_path / "journal")
    before = SimulatedHospital(clock, journal=kept)
    filler = visited(before)
    after = SimulatedHospital(clock, journal=kept)
    assert [after.diary.by_placer(placer) for placer in ("P1", "P2")] == [
        before.diary.by_placer(placer) for placer in ("P1", "P2")
    ]
    assert after.cashier.under_serial("S1") == before.cashier.under_serial("S1")
    assert after.cashier.net_fen(filler) == 0
    assert Asker(after).book("P3", SESSION)["SCH-2"] == "A00000003"


def test_a_registered_patient_is_kept(clock: FakeClock, tmp_path: Path) -> None:
    kept = Journal(tmp_path / "journal")
    before = SimulatedHospital(clock, journal=kept)
    assert before.patients.find(CN_ID, WU_TONG.id_number) == []
    registered = before.patients.register(
        Patient("", WU_TONG.name, WU_TONG.sex, WU_TONG.birth_date, CN_ID, WU_TONG.id_number, WU_TONG.phone)
    )
    assert SimulatedHospital(clock, journal=kept).patients.find(CN_ID, WU_TONG.id_number) == [registered]


def test_a_merge_and_its_undoing_are_kept(clock: FakeClock, tmp_path: Path) -> None:
    kept = Journal(tmp_path / "journal")
    before = SimulatedHospital(clock, journal=kept)
    stays, goes = (record.mrn for record in before.patients.find(CN_ID, LI_QI.id_number))
    for say, left in ((before.staff.merge, [stays]), (before.staff.part, [stays, goes])):
        say(stays, goes)
        found = SimulatedHospital(clock, journal=kept).patients.find(CN_ID, LI_QI.id_number)
        assert [record.mrn for record in found] == left


def test_a_line_cut_short_by_a_kill_is_left_out(clock: FakeClock, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    visited(SimulatedHospital(clock, journal=Journal(path)))
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[:-20], encoding="utf-8")
    after = SimulatedHospital(clock, journal=Journal(path))
    assert after.diary.by_placer("P1") is not None
    assert after.diary.by_placer("P2") is None


def test_without_a_path_nothing_is_kept(clock: FakeClock) -> None:
    visited(SimulatedHospital(clock, journal=Journal()))
    assert SimulatedHospital(clock, journal=Journal()).diary.by_placer("P1") is None
