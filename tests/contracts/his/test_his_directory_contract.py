"""What `HisDirectory` promises, through every door."""

from __future__ import annotations

import pytest

from adapters.errors import Reason, Refused
from adapters.values import Identifier, PatientRecord, Practitioner, Sex
from hospital_bridge.sandbox import people
from tests.contracts.his.doors import at_every_door
from tests.contracts.his.site import Site, identity

IN_GB18030_BUT_NOT_IN_GBK = "䶮㛃𬭎"


@at_every_door("departments")
def test_every_department_comes_with_its_name_and_place(site: Site) -> None:
    assert tuple(site.his.departments()) == site.hospital.data.departments


@at_every_door("practitioners")
def test_the_practitioners_of_one_department_are_all_of_it_and_none_else(site: Site) -> None:
    for department in site.hospital.data.departments:
        assert sorted(site.his.practitioners(department.code), key=lambda each: each.code) == [
            Practitioner(doctor.code, doctor.name, doctor.title, department.code)
            for doctor in site.hospital.data.doctors
            if doctor.department_code == department.code
        ]
    assert not site.his.practitioners("9999")


@at_every_door("find patients")
def test_a_record_has_its_numbers_name_birth_date_and_sex(site: Site) -> None:
    person = people.WANG_TAO
    assert tuple(site.his.find_patients(identity(person))) == (
        PatientRecord(
            (Identifier("MRN", "100001"), Identifier("CN_ID", person.id_number)),
            "王弢",
            person.birth_date,
            Sex.MALE,
        ),
    )


@at_every_door("find patients")
def test_every_record_of_an_id_number_is_found_under_whatever_name(site: Site) -> None:
    twice, another_name = (
        site.his.find_patients(identity(people.LI_QI)),
        site.his.find_patients(identity(people.SUN_LI)),
    )
    assert [(record.first("MRN"), record.name) for record in twice] == [("100002", "李玘"), ("100003", "李玘")]
    assert [record.name for record in another_name] == ["孙丽"]


@at_every_door("find patients")
def test_nobody_is_found_under_an_unknown_number_or_a_document_of_another_sort(site: Site) -> None:
    assert not site.his.find_patients(identity(site.newcomer()))
    assert not site.his.find_patients(identity(people.WANG_TAO, id_type="PASSPORT"))


@at_every_door("register patient")
@pytest.mark.parametrize("name", ["欧阳弢玘", *IN_GB18030_BUT_NOT_IN_GBK, "O'Neil & <Sons> | ^~\\"])
def test_a_name_is_registered_and_found_character_for_character(site: Site, name: str) -> None:
    newcomer = identity(site.newcomer(name))
    site.his.register_patient(newcomer)
    (found,) = site.his.find_patients(newcomer)
    (kept,) = site.hospital.patients.find("CN_ID", newcomer.id_number)
    assert (found.name, kept.name) == (name, name)
    assert (found.first("MRN"), found.birth_date, found.sex) == (kept.mrn, newcomer.birth_date, newcomer.sex)
    assert kept.phone == newcomer.phone


@at_every_door("register patient")
def test_a_foreigner_is_registered_under_the_passport(site: Site) -> None:
    visitor = identity(
        site.newcomer("Ana María Núñez"), id_type="PASSPORT", id_number="XDA123456", sex=Sex.FEMALE, phone=""
    )
    site.his.register_patient(visitor)
    (found,) = site.his.find_patients(visitor)
    assert (found.first("PASSPORT"), found.first("CN_ID"), found.sex) == ("XDA123456", None, Sex.FEMALE)


@at_every_door("register patient")
def test_who_is_known_is_not_registered_again(site: Site) -> None:
    newcomer = identity(site.newcomer())
    site.his.register_patient(newcomer)
    with pytest.raises(Refused) as refusal:
        site.his.register_patient(newcomer)
    assert refusal.value.reason is Reason.CONFLICTING_CONTENT
    assert len(site.his.find_patients(newcomer)) == 1
