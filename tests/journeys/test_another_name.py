"""The hospital knows the ID number under another name: no second record is made, and nobody waits for one."""

from __future__ import annotations

from datetime import timedelta

from hospital_bridge.sandbox.hospital.model import Patient
from hospital_bridge.sandbox.people import Person
from tests.journeys.steered_bridge import SteeredBridge


def enter(steered: SteeredBridge, person: Person, name: str) -> None:
    """The hospital keeps a record of that person under that name."""
    record = Patient(
        f"8{person.user_id[-6:]}", name, person.sex, person.birth_date, "CN_ID", person.id_number, person.phone
    )
    steered.town.hospital.patients.take_in(record)


def test_no_new_record_is_offered(steered: SteeredBridge) -> None:
    person = steered.newcomers.person("测试一")
    enter(steered, person, "测试二")
    phone = steered.newcomers.phone(person)
    phone.sign_in()
    page = phone.page("cards")
    assert "请到窗口核对" in page.words
    assert not [form for form in page.forms if "/cards/" in form.action]


def test_a_record_that_turns_up_meanwhile_is_a_refusal_and_not_a_wait(steered: SteeredBridge) -> None:
    phone = steered.newcomers.phone(steered.newcomers.person("测试三"))
    phone.sign_in()
    waiting = phone.press(phone.page("cards"), "cards/new")
    assert waiting.refresh == 2
    enter(steered, phone.person, "测试四")
    steered.pass_time(timedelta(minutes=1))
    refused = phone.look(waiting)
    assert "HB-H002" in refused.words
    assert refused.refresh is None
    assert len(steered.town.hospital.patients.find("CN_ID", phone.person.id_number)) == 1
