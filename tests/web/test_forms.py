"""Forms: bound to their session, run once, answered again with what was typed."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import PageRequest, View
from hospital_bridge.verticals.hospital.registration import State
from hospital_bridge.web.limits import FORMS
from tests.steered import FakeClock
from tests.web.scripted_hospital import TOKEN
from tests.web.site_kit import SiteKit
from tests.web.visitor import HTTPS, get, hidden_of, post, sign_in

BIND = "/p/h1/hospital/cards/bind"
CARDS = "/p/h1/hospital/cards"
BOOK = "/p/h1/hospital/book"
ANSWERS = {"department": "CARD", "practitioner": "P01", "day": "2026-11-24", "slot": "S11241"}
CONFIRM = "/p/h1/hospital/confirm?department=CARD&practitioner=P01&day=2026-11-24&slot=S11241"


@pytest.fixture
def patient(browser: FlaskClient, kit: SiteKit) -> FlaskClient:
    sign_in(browser, "h1")
    kit.scopes["h1"].bound = True
    return browser


@pytest.mark.parametrize("forged", ["forged", "é"])
def test_a_form_without_its_token_changes_nothing(patient: FlaskClient, kit: SiteKit, forged: str) -> None:
    hidden = hidden_of(get(patient, CONFIRM))
    refused = patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden | {"_csrf": forged})
    assert (refused.status_code, "HB-A003" in refused.text) == (403, True)
    assert kit.scopes["h1"].registrations == {}


def test_a_token_of_another_session_is_refused(app: Flask, patient: FlaskClient, kit: SiteKit) -> None:
    other = app.test_client()
    sign_in(other, "h1", "2088000000000002")
    hidden = hidden_of(get(other, CONFIRM))
    assert patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden).status_code == 403
    assert kit.scopes["h1"].registrations == {}


def test_a_form_without_a_key_is_refused(patient: FlaskClient) -> None:
    hidden = hidden_of(get(patient, CONFIRM)) | {"_idempotency": ""}
    assert patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden).status_code == 403


def test_a_double_tap_books_once_and_is_told_the_same(patient: FlaskClient, kit: SiteKit) -> None:
    hidden = hidden_of(get(patient, CONFIRM))
    first = patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden)
    second = patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden)
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    assert len(kit.scopes["h1"].registrations) == 1


def test_the_same_key_with_other_content_is_a_conflict(patient: FlaskClient, kit: SiteKit) -> None:
    hidden = hidden_of(get(patient, CONFIRM))
    patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden)
    changed = patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden | {"slot": "S11242"})
    assert (changed.status_code, "HB-R003" in changed.text) == (409, True)
    assert len(kit.scopes["h1"].registrations) == 1


def test_who_goes_back_and_puts_a_refused_form_right_is_heard(patient: FlaskClient, kit: SiteKit) -> None:
    hidden = hidden_of(get(patient, CONFIRM))
    assert patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden | {"slot": ""}).status_code == 422
    assert patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden).status_code == 303
    assert len(kit.scopes["h1"].registrations) == 1


def test_many_threads_with_one_key_book_once(app: Flask, patient: FlaskClient, kit: SiteKit) -> None:
    hidden = hidden_of(get(patient, CONFIRM))
    cookie = patient.get_cookie("hb_patient", path="/p/h1/", domain="bridge.example")
    assert cookie is not None

    def tap(_: int) -> str:
        phone = app.test_client()
        phone.set_cookie("hb_patient", cookie.value, path="/p/h1/", domain="bridge.example")
        return phone.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden).headers.get("Location", "refused")

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(tap, range(8)))
    assert len(kit.scopes["h1"].registrations) == 1
    assert answers <= {f"/p/h1/hospital/registrations/{1:032x}", "refused"}


def test_after_a_failure_the_same_form_may_be_sent_again(patient: FlaskClient, kit: SiteKit) -> None:
    hidden = hidden_of(get(patient, CONFIRM))
    kit.scopes["h1"].fails_with = RuntimeError("张小三 999999199001010014")
    failed = patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden)
    assert (failed.status_code, "HB-S001" in failed.text) == (500, True)
    kit.scopes["h1"].fails_with = None
    assert patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden).status_code == 303


def test_a_page_is_told_by_which_key_it_was_asked_and_again_by_the_same(patient: FlaskClient, kit: SiteKit) -> None:
    keys: list[str] = []

    def dies(request: PageRequest) -> View:
        keys.append(request.command_key)
        raise RuntimeError

    kit.scopes["h1"].real_pages = {"book": dies}
    hidden = hidden_of(get(patient, CONFIRM))
    for _ in range(2):
        assert patient.post(BOOK, base_url=HTTPS, data=ANSWERS | hidden).status_code == 500
    assert keys == [hidden["_idempotency"]] * 2
    kit.scopes["h1"].real_pages = {"confirm": dies}
    get(patient, CONFIRM)
    assert keys[2:] == [""]


def test_an_unexpected_fault_logs_its_place_and_no_word_of_a_person(
    patient: FlaskClient, kit: SiteKit, kept_logging: StringIO
) -> None:
    kit.scopes["h1"].fails_with = RuntimeError("张小三 999999199001010014")
    answer = get(patient, CARDS)
    lines = [json.loads(line) for line in kept_logging.getvalue().splitlines()]
    line = next(line for line in lines if line["event"] == "request.failed")
    incident = re.search(r"<code>(\w{32})</code>", answer.text)
    assert incident is not None
    assert line["request_id"] == incident[1]
    assert line["error"] == "RuntimeError"
    assert "scripted_hospital.py:" in line["reason"]
    assert "dropped" not in line
    assert "张小三" not in answer.text + repr(lines)


def test_a_fault_with_a_code_is_told_by_it(patient: FlaskClient, kit: SiteKit) -> None:
    kit.scopes["h1"].fails_with = BridgeError("HB-H001")
    answer = get(patient, CARDS + "?lang=en")
    assert answer.status_code == 503
    assert "The hospital&#39;s system does not answer." in answer.text
    assert "010-00000000" in answer.text


def test_a_broken_form_comes_again_with_the_field_and_its_error(patient: FlaskClient) -> None:
    again = post(patient, BIND + "?lang=en", {"token": "short"}, from_page=CARDS)
    assert again.status_code == 422
    assert "Please correct what is marked." in again.text
    assert '<a href="#token">' in again.text


def test_a_get_page_with_a_broken_query_shows_the_page_before(patient: FlaskClient) -> None:
    again = get(patient, "/p/h1/hospital/confirm?department=CARD&day=someday&lang=en")
    assert again.status_code == 422
    assert "Not a valid date." in again.text
    assert "Which department?" in again.text


def test_a_registration_of_somebody_else_does_not_exist(app: Flask, patient: FlaskClient) -> None:
    mine = post(patient, BOOK, ANSWERS, from_page=CONFIRM).headers["Location"]
    assert get(patient, mine).status_code == 200
    other = app.test_client()
    sign_in(other, "h1", "2088000000000002")
    assert get(other, mine).status_code == 404


def test_forms_are_counted_in_the_database(patient: FlaskClient, clock: FakeClock) -> None:
    for _ in range(FORMS.count):
        post(patient, BIND, {"token": TOKEN}, from_page=CARDS)
    resting = post(patient, BIND, {"token": TOKEN}, from_page=CARDS)
    assert (resting.status_code, "HB-A005" in resting.text) == (429, True)
    clock.advance(timedelta(seconds=int(resting.headers["Retry-After"])))
    assert post(patient, BIND, {"token": TOKEN}, from_page=CARDS).status_code == 303


def test_a_waiting_page_is_told_when_nothing_has_changed(patient: FlaskClient, kit: SiteKit) -> None:
    place = post(patient, BOOK, ANSWERS, from_page=CONFIRM).headers["Location"]
    page = get(patient, place)
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page.text
    tag = page.headers["ETag"]
    assert tag.strip('"') in page.text
    same = get(patient, place, **{"If-None-Match": tag})
    assert (same.status_code, same.data) == (304, b"")
    kit.scopes["h1"].move(place.rsplit("/", 1)[1], State.BOOKED, "awaiting")
    assert get(patient, place, **{"If-None-Match": tag}).status_code == 200


def test_a_settled_page_does_not_look_again(patient: FlaskClient, kit: SiteKit) -> None:
    place = post(patient, BOOK, ANSWERS, from_page=CONFIRM).headers["Location"]
    kit.scopes["h1"].move(place.rsplit("/", 1)[1], State.REGISTERED, "done")
    page = get(patient, place)
    assert "ETag" not in page.headers
    assert "hx-get" not in page.text
    assert "htmx" not in page.text


def test_a_part_that_looks_again_after_the_session_ended_takes_the_whole_page_along(
    patient: FlaskClient, clock: FakeClock
) -> None:
    place = post(patient, BOOK, ANSWERS, from_page=CONFIRM).headers["Location"]
    clock.advance(timedelta(hours=3))
    gone = get(patient, place, **{"HX-Request": "true"})
    assert gone.status_code == 204
    assert gone.headers["HX-Redirect"].startswith("/p/h1/consent?next=")


def test_two_phones_do_not_look_again_in_step(app: Flask, kit: SiteKit) -> None:
    kit.scopes["h1"].bound = True
    intervals = set()
    for number in range(6):
        phone = app.test_client()
        sign_in(phone, "h1", f"20880000000000{number:02d}")
        place = post(phone, BOOK, ANSWERS, from_page=CONFIRM).headers["Location"]
        found = re.search(r"every (\d+)ms", get(phone, place).text)
        assert found is not None
        intervals.add(int(found[1]))
    assert len(intervals) > 3
    assert all(1600 <= interval <= 2400 for interval in intervals)


def test_a_state_of_every_kind_is_told_with_what_comes_next(patient: FlaskClient, kit: SiteKit) -> None:
    place = post(patient, BOOK, ANSWERS, from_page=CONFIRM).headers["Location"]
    registration_id = place.rsplit("/", 1)[1]
    scope = kit.scopes["h1"]
    told = set()
    for state in State:
        for situation in ("opening", "awaiting", "confirming", "checking", "done", "free", "refunding", "refunded"):
            scope.move(registration_id, state, situation)
            page = get(patient, f"{place}?lang=en")
            assert page.status_code == 200
            told.add(re.findall(r"<h1[^>]*>([^<]+)<", page.text)[0])
    assert len(told) >= 12
    old = scope.registrations[registration_id]
    odd = replace(old, payment_id="", state=State.ENDED, reason="<b>native</b>", department_name="<b>D</b>")
    scope.registrations[registration_id] = odd
    scope.payments.clear()
    page = get(patient, f"{place}?lang=en")
    assert "The hospital did not accept it." in page.text
    assert "Nothing was charged." in page.text
    assert "&lt;b&gt;D&lt;/b&gt;" in page.text
    assert "<b>" not in page.text


def test_of_several_record_numbers_the_first_is_preselected(patient: FlaskClient, kit: SiteKit) -> None:
    assert 'type="radio"' not in get(patient, CONFIRM).text
    kit.scopes["h1"].numbers["90000000099"] = "f" * 24
    page = get(patient, CONFIRM).text
    assert re.findall(r'name="number" value="(\w+)"( checked)?', page) == [(TOKEN, " checked"), ("f" * 24, "")]


def test_a_refused_record_number_is_said_and_can_be_asked_for_again(patient: FlaskClient, kit: SiteKit) -> None:
    kit.scopes["h1"].refusal = "not_allowed"
    page = get(patient, "/p/h1/hospital/cards/wait?lang=en").text
    assert "The hospital did not create a record number" in page
    assert "HB-H002" in page
    assert "data-refresh" not in page
    assert 'action="/p/h1/hospital/cards/new"' in page
