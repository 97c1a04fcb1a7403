"""What was agreed to can be seen, and withdrawn on the phone on which it was given."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from adapters.values import WalletAccount
from hospital_bridge.website import CONSENT
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, post, sign_in

CONSENTS = "/p/h1/consents"
ENTRY = "/p/h1/"
PAYER = "2088000000000001"
NEEDED = [purpose for purpose in CONSENT.purposes if purpose.required]
[OPTIONAL] = [purpose for purpose in CONSENT.purposes if not purpose.required]


@pytest.fixture
def patient(browser: FlaskClient) -> FlaskClient:
    sign_in(browser, "h1", PAYER)
    return browser


def withdraw(browser: FlaskClient, purpose: str = "medical_record") -> str:
    reply = post(browser, f"{CONSENTS}/withdraw", {"purpose": purpose}, from_page=CONSENTS)
    return reply.headers.get("Location", str(reply.status_code))


def give(browser: FlaskClient, purpose: str = OPTIONAL.code) -> str:
    reply = post(browser, f"{CONSENTS}/give", {"purpose": purpose}, from_page=CONSENTS)
    return reply.headers.get("Location", str(reply.status_code))


def test_every_agreement_is_shown_with_its_withdrawal(patient: FlaskClient) -> None:
    page = get(patient, f"{CONSENTS}?lang=en").text
    assert "My record number and registrations" in page
    for purpose in NEEDED:
        assert f'name="purpose" value="{purpose.code}"' in page
    assert CONSENTS in get(patient, ENTRY).text


def test_a_withdrawal_signs_out_on_every_phone(app: Flask, patient: FlaskClient) -> None:
    other_phone = app.test_client()
    sign_in(other_phone, "h1", PAYER)
    assert withdraw(patient) == ENTRY
    for phone in (patient, other_phone):
        again = get(phone, "/p/h1/hospital/cards")
        assert (again.status_code, again.headers["Location"]) == (303, "/p/h1/consent?next=/p/h1/hospital/cards")


def test_a_withdrawal_is_kept_with_its_time(patient: FlaskClient, kit: SiteKit) -> None:
    withdraw(patient)
    with kit.site.store.begin("h1") as work:
        user = work.wallet_users.keep("alipay", WalletAccount(PAYER), "")
        assert list(work.wallet_users.standing_consents(user)) == ["real_name"]
        withdrawn = {given["purpose"]: given["withdrawn_at"] for given in work.wallet_users.given_consents(user)}
        assert work.audit.latest()[0].action == "consent.withdrawn"
    assert withdrawn["medical_record"] is not None


def test_what_need_not_be_agreed_to_can_be_given_and_withdrawn_without_signing_out(
    patient: FlaskClient, kit: SiteKit
) -> None:
    def stands() -> bool:
        with kit.site.store.begin("h1") as work:
            user = work.wallet_users.keep("alipay", WalletAccount(PAYER), "")
            return OPTIONAL.code in work.wallet_users.standing_consents(user)

    assert not stands(), "nobody agrees by signing in"
    assert give(patient) == CONSENTS
    assert stands()
    assert withdraw(patient, OPTIONAL.code) == CONSENTS
    assert not stands()
    assert OPTIONAL.title in get(patient, f"{CONSENTS}?lang=en").text, "they may change their mind"
    with kit.site.store.read("h1") as work:
        assert [entry.action for entry in work.audit.latest()][:2] == ["consent.withdrawn", "consent.given"]


def test_what_is_needed_is_agreed_to_at_the_login_alone(patient: FlaskClient, kit: SiteKit) -> None:
    for purpose in ("real_name", "advertising"):
        assert give(patient, purpose) == CONSENTS
    with kit.site.store.read("h1") as work:
        assert "consent.given" not in [entry.action for entry in work.audit.latest()]


def test_nothing_is_withdrawn_that_was_never_asked(patient: FlaskClient) -> None:
    assert withdraw(patient, "advertising") == CONSENTS
    assert CONSENT.purposes[0].title in get(patient, f"{CONSENTS}?lang=en").text
