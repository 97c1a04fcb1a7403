"""What `HisNews` promises of record numbers that become one or two again, and what the patient index says then."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest

from adapters.news import News, RecordsMerged, RecordsUnmerged
from adapters.values import Identifier, PatientRecord, Sex, VerifiedIdentity
from hospital_bridge.sandbox.hospital.model import Patient
from hospital_bridge.sandbox.hospital.staff import Notice
from tests.contracts.his.doors import UNMERGES, at_every_door
from tests.contracts.his.site import Site, wait_until

BORN = date(1979, 8, 9)


class Twice(NamedTuple):
    """One person whom the hospital knows twice: with one passport, and with the one before."""

    stays: str
    other: str


@pytest.fixture
def twice(site: Site) -> Twice:
    patients = site.hospital.patients
    newcomers = (Patient("", "安娜", Sex.FEMALE, BORN, "PASSPORT", site.number("E"), "13900000000") for _ in range(2))
    kept = Twice(*(patients.register(newcomer).mrn for newcomer in newcomers))
    wait_until(lambda: found(site, kept) == [True, True])
    return kept


def passport(site: Site, mrn: str) -> Identifier:
    known = site.hospital.patients.get(mrn)
    return Identifier(known.id_type, known.id_number)


def record(site: Site, mrn: str) -> PatientRecord:
    return PatientRecord((Identifier("MRN", mrn), passport(site, mrn)), "安娜", BORN, Sex.FEMALE)


def found(site: Site, twice: Twice) -> list[bool]:
    """Which of the two the hospital still answers to whoever asks for its passport."""
    return [
        bool(site.his.find_patients(VerifiedIdentity("安娜", *_document(site, mrn), BORN, Sex.FEMALE, "13900000000")))
        for mrn in twice
    ]


def only(site: Site, notice: Notice) -> News:
    (news,) = site.told(notice)
    return news


@at_every_door("merges")
def test_a_number_that_went_up_into_another(site: Site, twice: Twice) -> None:
    told = only(site, site.hospital.staff.merge(*twice))
    gone = (Identifier("MRN", twice.other),)
    assert told == RecordsMerged(record(site, twice.stays), gone, site.clock.now(), in_use=False)
    assert found(site, twice) == [True, False]


@at_every_door("merges")
def test_two_numbers_of_one_person_that_both_stay_in_use(site: Site, twice: Twice) -> None:
    told = only(site, site.hospital.staff.link(*twice))
    assert isinstance(told, RecordsMerged)
    assert (told.survivor.first("MRN"), told.in_use) == (twice.stays, True)
    assert Identifier("MRN", twice.other) in told.retired
    assert found(site, twice) == [True, True]


@at_every_door(UNMERGES)
def test_a_merge_that_is_taken_back(site: Site, twice: Twice) -> None:
    site.told(site.hospital.staff.merge(*twice))
    told = only(site, site.hospital.staff.part(*twice))
    assert isinstance(told, RecordsUnmerged)
    assert told.survivor.first("MRN") == twice.stays
    assert Identifier("MRN", twice.other) in told.parted


@at_every_door("merges")
def test_after_it_was_taken_back_both_records_are_found_again(site: Site, twice: Twice) -> None:
    site.told(site.hospital.staff.merge(*twice))
    site.told(site.hospital.staff.part(*twice))
    assert found(site, twice) == [True, True]


def _document(site: Site, mrn: str) -> tuple[str, str]:
    number = passport(site, mrn)
    return number.system, number.value
