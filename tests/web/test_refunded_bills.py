"""What a patient reads of money that goes back: how much, which way, and when it is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapters.values import Fen
from hospital_bridge.verticals.hospital.bills.bill import State
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, sign_in

AT = datetime(2026, 11, 23, 1, 15, tzinfo=UTC)
PAID = "is paid and the hospital has confirmed it"
BANK = "a bank card"


@pytest.mark.parametrize(
    ("situation", "money", "said", "unsaid"),
    [
        ("done", {}, [PAID], ["went back", BANK]),
        (
            "done",
            {"refunded_fen": Fen(500), "refunded_at": AT},
            [PAID, "¥5.00 went back", "09:15", BANK],
            ["hospital and"],
        ),
        (
            "refunding",
            {"refunded_fen": Fen(500), "refunded_at": AT, "refunding_fen": Fen(700)},
            ["¥7.00 is on its way back, the way you paid", "some minutes", "¥5.00 went back"],
            [PAID],
        ),
        ("refunding", {}, ["Your money is on its way back"], ["¥0.00"]),
        (
            "done",
            {"owed_fen": Fen(500)},
            [PAID, "¥5.00 could not go back through the wallet", "you need not pay or cancel again"],
            ["on its way back", "went back", "are checking"],
        ),
        ("checking", {"owed_fen": Fen(500)}, ["¥5.00 could not go back through the wallet"], ["are checking"]),
        ("checking", {}, ["are checking a payment of yours"], ["could not go back"]),
        (
            "refunded",
            {"refunded_fen": Fen(500), "by_hand": True},
            ["paid out by the hospital"],
            ["The wallet shows", PAID],
        ),
    ],
)
def test_a_bill_says_what_went_back_which_way_and_when(
    browser: FlaskClient, kit: SiteKit, situation: str, money: dict[str, Any], said: list[str], unsaid: list[str]
) -> None:
    sign_in(browser, "h1")
    scope = kit.scopes["h1"]
    scope.bound = True
    bill_id = scope.charge(State.SETTLED, "done")
    scope.payments[bill_id] = replace(scope.payments[bill_id], situation=situation, **money)
    page = get(browser, f"/p/h1/hospital/bills/{bill_id}?lang=en").text
    assert [words for words in said if words not in page] == []
    assert [words for words in unsaid if words in page] == []
