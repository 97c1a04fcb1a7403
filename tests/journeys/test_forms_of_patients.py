"""What is typed or tapped wrongly, twice or by a stranger, at the pages of a running bridge."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from hospital_bridge.sandbox.browser import Form, PageShown
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.stage import Stage
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from tests.journeys.newcomers import Newcomers


@pytest.fixture(scope="module")
def phone(newcomers: Newcomers) -> Phone:
    return newcomers.ready_phone()


def appointments(stage: Stage) -> int:
    return len(stage.town.hospital.diary.appointments())


def test_agreeing_to_half_is_shown_again_with_what_was_ticked(newcomers: Newcomers) -> None:
    phone = newcomers.phone()
    consent = phone.page("")
    form = consent.form("/consent")
    again = phone.fill(consent, form, real_name="yes")
    assert again.status == 422
    assert "HB-" not in again.words
    assert phone.sign_in().status == 200


@pytest.mark.parametrize(
    ("field", "typed"), [("day", "yesterday"), ("day", "2026-02-30"), ("slot", ""), ("department", "x" * 65)]
)
def test_a_broken_form_is_shown_again(stage: Stage, phone: Phone, field: str, typed: str) -> None:
    before = appointments(stage)
    confirm = phone.choose(OPHTHALMOLOGY)
    again = phone.fill(confirm, confirm.form("/book"), **{field: typed})
    assert again.status == 422
    assert appointments(stage) == before


@pytest.mark.parametrize(
    ("field", "typed"), [("slot", "D05011-209901010800"), ("department", "9999"), ("day", "2001-01-01")]
)
def test_what_was_never_offered_is_gone(stage: Stage, phone: Phone, field: str, typed: str) -> None:
    before = appointments(stage)
    confirm = phone.choose(OPHTHALMOLOGY)
    told = phone.fill(confirm, confirm.form("/book"), **{field: typed})
    assert (told.status, "该号源已不可预约" in told.words) == (404, True)
    assert appointments(stage) == before


def test_a_double_tap_is_one_registration(stage: Stage, phone: Phone) -> None:
    before = appointments(stage)
    confirm = phone.choose(OPHTHALMOLOGY)
    with ThreadPoolExecutor(4) as fingers:
        seen = list(fingers.map(lambda _: phone.send(confirm), range(4)))
    assert len({page.address for page in seen}) == 1
    phone.wait(seen[0], lambda page: page.marks["state"] == "booked")
    assert appointments(stage) == before + 1


def test_the_same_key_for_something_else_is_a_conflict(stage: Stage, phone: Phone) -> None:
    confirm = phone.choose(OPHTHALMOLOGY)
    phone.take(confirm)
    before = appointments(stage)
    other = phone.fill(confirm, confirm.form("/book"), department="0101")
    assert (other.status, "HB-R003" in other.words) == (409, True)
    assert appointments(stage) == before


@pytest.mark.parametrize("missing", ["_csrf", "_idempotency"])
def test_a_form_that_did_not_come_from_here_does_nothing(stage: Stage, phone: Phone, missing: str) -> None:
    before = appointments(stage)
    confirm = phone.choose(OPHTHALMOLOGY)
    told = phone.fill(confirm, confirm.form("/book"), **{missing: ""})
    assert (told.status, "HB-A003" in told.words) == (403, True)
    assert appointments(stage) == before


def test_somebody_elses_registration_does_not_exist(phone: Phone, newcomers: Newcomers) -> None:
    mine = phone.book(OPHTHALMOLOGY)
    stranger = newcomers.ready_phone()
    assert stranger.open(mine.address).status == 404
    assert _cancel(stranger, mine).status in (403, 404)
    assert phone.look(mine).marks["state"] == "booked"


def _cancel(stranger: Phone, registration: PageShown) -> PageShown:
    """The stranger's own form, sent to somebody else's address."""
    own = stranger.choose(OPHTHALMOLOGY)
    form = own.form("/book")
    return stranger.fill(own, Form(f"{registration.address}/cancel", "POST", dict(form.fields)))
