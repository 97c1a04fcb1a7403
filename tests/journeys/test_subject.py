"""A person asks what is kept of them, and then to be forgotten."""

from __future__ import annotations

import json
import re

import pytest

from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.stage import Stage
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from tests.journeys.engineer import ask, run
from tests.journeys.newcomers import Newcomers


def subject_of(stage: Stage, phone: Phone) -> str:
    """As the hospital's engineer finds it: the ID number is typed, not given as a word of the command."""
    return run(stage, "subject", "find", typed=f"{phone.person.id_number}\n").stdout.split()[-1]


@pytest.fixture(scope="module")
def registered(newcomers: Newcomers) -> Phone:
    phone = newcomers.ready_phone()
    page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
    phone.cancel(page)
    phone.wait_for(page, "refunded")
    return phone


def test_an_export_holds_everything_that_is_kept(stage: Stage, registered: Phone) -> None:
    told = json.loads(run(stage, "subject", "export", subject_of(stage, registered)).stdout)

    person = registered.person
    assert [told[key] for key in ("name", "id_number", "phone")] == [person.name, person.id_number, person.phone]
    assert [consent["purpose"] for user in told["wallet_users"] for consent in user["consents"]] == [
        "real_name",
        "medical_record",
        "messages",
    ]
    assert told["wallet_users"][0]["payer"]
    (payment,) = told["payments"]
    assert (payment["amount_fen"], payment["refunded_fen"], payment["situation"]) == (8_000, 8_000, "refunded")
    assert {ticket["state"] for ticket in told["tickets"]} == {"cancelled"}
    (registration,) = told["hospital"]["registrations"]
    assert [registration["record_number"]] == told["record_numbers"]


def test_erasing_waits_until_nothing_is_under_way(stage: Stage, newcomers: Newcomers) -> None:
    phone = newcomers.ready_phone()
    page = phone.book(OPHTHALMOLOGY)
    subject_id = subject_of(stage, phone)
    refused = run(stage, "subject", "erase", "--yes", subject_id)
    assert (refused.exit_code, "Money of this person is still under way" in refused.stderr) == (1, True)

    page = phone.wait_for(phone.pay(page), "done")
    refused = run(stage, "subject", "erase", "--yes", subject_id)
    assert (refused.exit_code, "has a registration that is not over; cancel it" in refused.stderr) == (1, True)

    phone.cancel(page)
    phone.wait_for(page, "refunded")
    phone.wait(page, lambda _: _erased(stage, subject_id))
    refused = run(stage, "subject", "export", subject_id)
    assert (refused.exit_code, "This person was erased" in refused.stderr) == (1, True)


def test_after_an_erasure_nothing_opens_and_the_books_still_stand(stage: Stage, registered: Phone) -> None:
    subject_id = subject_of(stage, registered)
    before = ask(stage, "ledger", "verify")
    assert run(stage, "subject", "erase", "--yes", subject_id).exit_code == 0

    refused = run(stage, "subject", "find", typed=registered.person.id_number)
    assert (refused.exit_code, "There is no such person" in refused.stderr) == (1, True)
    refused = run(stage, "subject", "export", subject_id)
    assert (refused.exit_code, "This person was erased" in refused.stderr) == (1, True)
    assert ask(stage, "ledger", "verify") == before
    assert ask(stage, "audit", "verify")["intact"]
    assert "钱包" in registered.page("registrations").words
    assert not re.search(registered.person.name, registered.page("").words)


def test_who_comes_back_after_an_erasure_is_somebody_new(stage: Stage, newcomers: Newcomers) -> None:
    phone = newcomers.ready_phone()
    first = subject_of(stage, phone)
    assert run(stage, "subject", "erase", "--yes", first).exit_code == 0

    phone.sign_in()
    phone.bind_card()
    page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
    assert "挂号成功" in page.words
    assert subject_of(stage, phone) != first


def test_a_person_of_nobody(stage: Stage) -> None:
    for words in (("export",), ("erase", "--yes")):
        refused = run(stage, "subject", *words, "0" * 32)
        assert (refused.exit_code, "There is no such person at this operator" in refused.stderr) == (1, True)


def _erased(stage: Stage, subject_id: str) -> bool:
    """The refund is posted at the hospital a moment after the patient reads of it."""
    return run(stage, "subject", "erase", "--yes", subject_id).exit_code == 0
