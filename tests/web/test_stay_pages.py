"""What is read of a stay: its balance, each deposit with how its money stands, and the form while it is open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapters.values import Fen
from hospital_bridge.verticals.hospital.bills.bill import State as BillState
from hospital_bridge.verticals.hospital.stays.stay import State
from tests.web import scripted_bills
from tests.web.scripted_stays import STAY_ID, deposit, stay
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, sign_in

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
    for words in ("¥1200.00", "Pay ¥500.00 in the wallet", "Booked, receipt", "¥7.00 went back", "心内科三病区"):
        assert words in english
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
