"""What is read of a stay: its balance, each deposit with how its money stands, and the form while it is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapters.stays import Stage
from adapters.values import Fen
from hospital_bridge.verticals.hospital.bills.bill import State as BillState
from hospital_bridge.verticals.hospital.stays.stay import State
from tests.web import scripted_bills
from tests.web.scripted_stays import AT, STAY_ID, deposit, stay
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, hidden_of, post, sign_in

PAGE = f"/p/h1/hospital/stays/{STAY_ID}"
FORM = f"{STAY_ID}/deposit"


@pytest.fixture
def patient(browser: FlaskClient, kit: SiteKit) -> FlaskClient:
    sign_in(browser, "h1")
    scope = kit.scopes["h1"]
    scope.bound, scope.stays = True, [stay()]
    view = scripted_bills.payment(scripted_bills.bill(1, BillState.SETTLED), "done", "/pay")
    moved: list[tuple[State, dict[str, Any]]] = [
        (State.ORDERED, {"pay_url": "/pay"}),
        (State.BOOKED, {}),
        (State.BOOKED, {"refunded_fen": Fen(700)}),
    ]
    for number, (state, money) in enumerate(moved, 1):
        each = deposit(number, state)
        scope.deposits.append(each)
        plain = replace(view, payment_id=each.payment_id, amount_fen=each.amount_fen, refunded_fen=Fen(0), pay_url="")
        scope.payments[each.payment_id] = replace(plain, **money)
    return browser


def test_a_stay_says_its_balance_and_how_each_deposit_stands(patient: FlaskClient) -> None:
    english, chinese = (get(patient, f"{PAGE}?lang={language}").text for language in ("en", "zh-CN"))
    for words in (
        "¥1200.00",
        "Pay ¥500.00 in the wallet",
        "Pay before",
        "Booked, receipt",
        "¥7.00 went back",
        "心内科三病区",
    ):
        assert words in english
    assert english.count("Booked, receipt") == 2, "what went back in part keeps its receipt"
    assert "ZY20261100042" not in english
    assert "预交金余额" in chinese
    assert "住院预交金" in get(patient, "/p/h1/hospital/?lang=zh-CN").text


def test_the_form_is_offered_while_the_stay_is_open_and_no_order_waits(patient: FlaskClient, kit: SiteKit) -> None:
    scope = kit.scopes["h1"]
    assert FORM not in get(patient, PAGE).text
    scope.deposits = scope.deposits[1:]
    assert FORM in get(patient, PAGE).text
    scope.stays = [stay(settled=True)]
    settled = get(patient, f"{PAGE}?lang=en").text
    assert "This stay is settled" in settled
    assert FORM not in settled


def test_until_the_wallet_has_answered_the_page_says_that_the_payment_is_prepared(
    patient: FlaskClient, kit: SiteKit
) -> None:
    scope = kit.scopes["h1"]
    first = scope.deposits[0].payment_id
    scope.payments[first] = replace(scope.payments[first], pay_url="", situation="opening")
    preparing = get(patient, PAGE).text
    assert "正在准备支付" in preparing
    assert FORM not in preparing
    scope.payments[first] = replace(scope.payments[first], situation="closed")
    closing = get(patient, PAGE).text
    assert "正在关闭未完成的支付" in closing
    assert FORM not in closing


@pytest.mark.parametrize("typed", ["20001", "300", "", "many"])
def test_no_page_with_a_pay_button_stands_at_the_address_of_the_form(
    patient: FlaskClient, kit: SiteKit, typed: str
) -> None:
    scope = kit.scopes["h1"]
    waiting, scope.deposits = scope.deposits[0], scope.deposits[1:]
    form = hidden_of(get(patient, PAGE)) | {"yuan": typed}
    scope.deposits = [waiting, *scope.deposits]
    answer = post(patient, f"{PAGE}/deposit", form)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)


def test_the_same_form_sent_again_after_paying_opens_no_second_order(patient: FlaskClient, kit: SiteKit) -> None:
    scope = kit.scopes["h1"]
    scope.deposits = []
    forms = [hidden_of(get(patient, PAGE)) | {"yuan": "1000"} for _ in range(2)]
    assert forms[0] != forms[1]
    for form in forms:
        assert post(patient, f"{PAGE}/deposit", form).status_code == 303
    scope.deposits = [replace(each, state=State.BOOKED) for each in scope.deposits]
    for form in forms:
        again = post(patient, f"{PAGE}/deposit", form)
        assert (again.status_code, again.headers["Location"]) == (303, PAGE)
    assert len(scope.deposits) == 1


def test_a_deposit_that_is_not_taken_shows_its_page_with_the_reason_and_what_to_do(
    patient: FlaskClient, kit: SiteKit
) -> None:
    scope = kit.scopes["h1"]
    scope.deposits = scope.deposits[1:]
    answer = post(patient, f"{PAGE}/deposit?lang=en", {"yuan": "20001"}, from_page=PAGE)
    assert answer.status_code == 409
    for words in (
        "The deposit was not taken, and nothing was charged.",
        "from 100 to 20000 yuan",
        'value="20001"',
        FORM,
    ):
        assert words in answer.text


def test_a_deposit_that_the_hospital_refused_says_why(patient: FlaskClient, kit: SiteKit) -> None:
    scope = kit.scopes["h1"]
    refused = replace(deposit(2, State.REFUSED, reason="closed"))
    scope.deposits = [refused]
    page = get(patient, f"{PAGE}?lang=en").text
    assert "The hospital takes no more deposits onto this stay." in page
    assert "Please ask at the admission desk" in page


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"balance_fen": None}, "You are in hospital"),
        ({"balance_fen": None, "stage": Stage.DISCHARGED}, "You have left the hospital"),
        ({"balance_fen": Fen(-5_000), "asked_fen": Fen(100_000)}, "¥50.00 is owed"),
        ({"asked_fen": Fen(100_000)}, "asks for a further deposit of ¥1000.00"),
        ({"stage": Stage.CANCELLED}, "The hospital has cancelled this admission"),
    ],
)
def test_a_stay_says_where_it_stands(patient: FlaskClient, kit: SiteKit, told: dict[str, Any], words: str) -> None:
    kit.scopes["h1"].stays = [stay(**told)]
    assert words in get(patient, f"{PAGE}?lang=en").text


def test_a_demand_that_was_met_here_is_not_repeated(patient: FlaskClient, kit: SiteKit) -> None:
    scope = kit.scopes["h1"]
    scope.stays = [stay(balance_fen=Fen(-50_000), asked_fen=Fen(100_000))]
    scope.deposits = [deposit(2, State.BOOKED)]
    paid = replace(scope.payments[scope.deposits[0].payment_id], paid_at=AT + timedelta(minutes=1))
    scope.payments[paid.payment_id] = replace(paid, amount_fen=Fen(30_000))
    part, chinese = (get(patient, f"{PAGE}?lang={language}").text for language in ("en", "zh-CN"))
    for words in (
        "¥200.00 is owed",
        "¥300.00 was paid here since",
        "¥700.00 of it is still to be paid",
        "hb-state_wait",
    ):
        assert words in part
    for words in ("欠费 ¥200.00", "此后已在此缴纳 ¥300.00", "还需缴 ¥700.00"):
        assert words in chinese
    scope.payments[paid.payment_id] = replace(paid, amount_fen=Fen(100_000))
    met, chinese = (get(patient, f"{PAGE}?lang={language}").text for language in ("en", "zh-CN"))
    assert "¥1000.00 is paid; the hospital&#39;s account follows" in met
    for words in ("is owed", "asks for", "still to be paid", "hb-state_wait"):
        assert words not in met
    assert FORM in met, "a deposit of their own will"
    assert "已缴 ¥1000.00" in chinese
    assert "提醒" not in chinese
