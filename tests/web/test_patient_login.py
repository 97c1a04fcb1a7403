"""A patient's way in, and the ways that are closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from adapters.errors import NotDone, Refused
from adapters.values import WalletAccount
from hospital_bridge.web.site import Consent
from hospital_bridge.website import CONSENT
from tests.steered import FakeClock
from tests.web.site_kit import SiteKit
from tests.web.visitor import agree, get, post, sign_in

CARDS = "/p/h1/hospital/cards"


def test_a_page_leads_through_consent_and_wallet_back_to_itself(browser: FlaskClient, kit: SiteKit) -> None:
    asked = get(browser, CARDS)
    assert (asked.status_code, asked.headers["Location"]) == (303, "/p/h1/consent?next=/p/h1/hospital/cards")
    back = sign_in(browser, "h1", next_path=CARDS)
    assert (back.status_code, back.headers["Location"]) == (303, CARDS)
    assert get(browser, CARDS).status_code == 200
    assert kit.wallets["h1"].consents == [Consent(CONSENT.version, ("real_name", "medical_record"))]


def test_without_a_needed_agreement_the_page_comes_again_with_what_was_ticked(browser: FlaskClient) -> None:
    form = {"version": CONSENT.version, "account": "alipay", "real_name": "yes"}
    again = post(browser, "/p/h1/consent?lang=en", form, from_page="/p/h1/consent")
    assert again.status_code == 422
    assert "This agreement is needed." in again.text
    assert 'value="yes" checked' in again.text


def test_the_session_gets_a_new_secret_at_login(browser: FlaskClient) -> None:
    get(browser, "/p/h1/consent")
    before = browser.get_cookie("hb_patient", path="/p/h1/", domain="bridge.example")
    sign_in(browser, "h1")
    after = browser.get_cookie("hb_patient", path="/p/h1/", domain="bridge.example")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert (after.secure, after.http_only, after.same_site) == (True, True, "Lax")


def test_a_state_works_once(browser: FlaskClient) -> None:
    state = agree(browser, "h1")
    back = f"/p/h1/login/alipay?auth_code=2088000000000001&state={state}"
    assert get(browser, back).status_code == 303
    assert get(browser, back).status_code == 403


def test_a_state_of_another_browser_is_refused_and_noted(app: Flask, browser: FlaskClient, kit: SiteKit) -> None:
    state = agree(browser, "h1")
    victim = app.test_client()
    get(victim, "/p/h1/consent")
    swapped = get(victim, f"/p/h1/login/alipay?auth_code=2088000000000001&state={state}")
    assert swapped.status_code == 403
    assert kit.wallets["h1"].consents == []
    with kit.site.store.read("h1") as work:
        assert [event.kind for event in work.security_events.latest()] == ["login.state_refused"]


def test_a_state_dies_of_age(browser: FlaskClient, clock: FakeClock) -> None:
    state = agree(browser, "h1")
    clock.advance(timedelta(minutes=11))
    assert get(browser, f"/p/h1/login/alipay?auth_code=1&state={state}").status_code == 403


def test_a_state_of_one_operator_does_not_open_another(browser: FlaskClient) -> None:
    state = agree(browser, "h1")
    assert get(browser, f"/p/h2/login/alipay?auth_code=1&state={state}").status_code == 403


@pytest.mark.parametrize(("fault", "code"), [(NotDone("busy"), "HB-W001"), (Refused("no"), "HB-W004")])
def test_the_wallet_says_no(browser: FlaskClient, kit: SiteKit, fault: NotDone | Refused, code: str) -> None:
    kit.wallets["h1"].fails_with = fault
    answer = sign_in(browser, "h1")
    assert code in answer.text
    assert get(browser, CARDS).status_code == 303


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/p/h2/hospital/", "/staff/h1/", "/p/h1/../h2/", "/p/h1/\\evil", ""],
)
def test_a_login_never_leads_elsewhere(browser: FlaskClient, elsewhere: str) -> None:
    assert sign_in(browser, "h1", next_path=elsewhere).headers["Location"] == "/p/h1/"


def test_a_long_pause_ends_the_session(browser: FlaskClient, clock: FakeClock) -> None:
    sign_in(browser, "h1")
    for _ in range(5):
        clock.advance(timedelta(minutes=100))
        assert get(browser, CARDS).status_code == 200
    clock.advance(timedelta(minutes=121))
    assert get(browser, CARDS).status_code == 303


def test_twelve_hours_end_the_session_whatever_is_done(browser: FlaskClient, clock: FakeClock) -> None:
    sign_in(browser, "h1")
    answers = []
    for _ in range(8):
        clock.advance(timedelta(minutes=90))
        answers.append(get(browser, CARDS).status_code)
    assert answers == [200] * 7 + [303]


def test_signing_out_ends_the_session_on_the_server(app: Flask, browser: FlaskClient) -> None:
    sign_in(browser, "h1")
    cookie = browser.get_cookie("hb_patient", path="/p/h1/", domain="bridge.example")
    assert cookie is not None
    assert post(browser, "/p/h1/logout", {}, from_page="/p/h1/").status_code == 303
    thief = app.test_client()
    thief.set_cookie("hb_patient", cookie.value, path="/p/h1/", domain="bridge.example")
    assert get(thief, CARDS).status_code == 303


def test_a_language_chosen_when_signed_in_is_kept_for_messages(browser: FlaskClient, kit: SiteKit) -> None:
    sign_in(browser, "h1")
    assert 'lang="en" class' in get(browser, "/p/h1/?lang=en").text
    with kit.site.store.begin("h1") as work:
        user = work.wallet_users.keep("alipay", WalletAccount("2088000000000001"), "")
        assert work.wallet_users.locale(user) == "en"
