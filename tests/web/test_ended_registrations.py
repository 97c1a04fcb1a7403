"""What a patient reads once a registration is over: whose doing it was, where the money is, and what to do now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapters.values import Fen
from hospital_bridge.verticals.hospital.registration import State
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, sign_in

OWED = {
    "en": ["¥50.00 could not go back through the wallet", "you need not pay or cancel again", "call the hospital"],
    "zh-CN": ["¥50.00 未能通过钱包退回", "医院会处理", "电话见本页"],
}
CALLED_OFF = {"en": "The hospital had to call the appointment off.", "zh-CN": "医院停诊。"}
NOT_OPENED = {
    "en": ["The wallet could not open the payment.", "choose again here, or register at the", "Nothing was charged."],
    "zh-CN": ["钱包未能打开支付。", "到医院窗口挂号", "没有扣款。"],
}
AGAIN = {"en": "Choose again", "zh-CN": "重新选择"}
LANGUAGES = ["en", "zh-CN"]


def shown(
    browser: FlaskClient, kit: SiteKit, language: str, state: State, situation: str, reason: str = "", **money: Any
) -> str:
    sign_in(browser, "h1")
    with kit.site.store.read("h1") as work:
        owner = work.connection.exec_driver_sql("SELECT wallet_user_id FROM wallet_user").scalar_one()
    scope = kit.scopes["h1"]
    registered = scope.register(state, situation, owner=owner, reason=reason)
    scope.payments[registered] = replace(scope.payments[registered], **money)
    return get(browser, f"/p/h1/hospital/registrations/{registered}?lang={language}").text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("state", "situation"), [(State.CANCELLED, "done"), (State.ENDED, "checking")])
def test_money_that_the_wallet_would_not_give_back_is_spoken_of(
    browser: FlaskClient, kit: SiteKit, language: str, state: State, situation: str
) -> None:
    page = shown(browser, kit, language, state, situation, owed_fen=Fen(5_000))
    assert [words for words in OWED[language] if words not in page] == []
    assert "Nothing was charged" not in page
    assert "没有扣款" not in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("situation", ["refunding", "refunded"])
def test_a_visit_that_the_hospital_called_off_is_not_the_patients_doing(
    browser: FlaskClient, kit: SiteKit, language: str, situation: str
) -> None:
    page = shown(browser, kit, language, State.CANCELLED, situation, "called_off")
    assert (CALLED_OFF[language] in page, AGAIN[language] in page) == (True, True)


def test_a_visit_that_the_patient_cancelled_needs_no_reason(browser: FlaskClient, kit: SiteKit) -> None:
    page = shown(browser, kit, "en", State.CANCELLED, "refunded", "cancelled_by_patient")
    assert [words for words in ("Reason:", AGAIN["en"]) if words in page] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hospital_is_not_blamed_where_the_wallet_would_not_open_the_payment(
    browser: FlaskClient, kit: SiteKit, language: str
) -> None:
    page = shown(browser, kit, language, State.ENDED, "closed", "not_opened")
    assert [words for words in (*NOT_OPENED[language], AGAIN[language]) if words not in page] == []
    assert [words for words in ("did not accept it", "医院没有受理") if words in page] == []
