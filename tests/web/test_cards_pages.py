"""Cards in the pages: what a holder shows, and where staff redeem it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapters.values import WalletAccount
from hospital_bridge.cards.code import grouped
from hospital_bridge.slot import CardRules, Hours
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.app import create_app
from tests.cards.counters import Mall
from tests.steered import CountedIds, FakeClock
from tests.web.plugged_mall import with_mall
from tests.web.site_kit import make_kit
from tests.web.visitor import get, post, sign_in, staff_sign_in

CARDS, TERMINAL, PAYER = "/p/h1/cards", "/staff/h1/cards", "2088000000000001"


@dataclass
class Street:
    """A mall plugged in beside the hospital, with a browser for each who comes."""

    mall: Mall
    new_browser: Callable[[], FlaskClient]

    def holder(self, payer: str = PAYER) -> FlaskClient:
        browser = self.new_browser()
        sign_in(browser, "h1", payer)
        return browser

    def staff(self, name: str) -> FlaskClient:
        browser = self.new_browser()
        staff_sign_in(browser, "h1", name)
        return browser

    def user(self, payer: str = PAYER) -> str:
        with self.mall.store.begin("h1") as work:
            return work.wallet_users.keep("alipay", WalletAccount(payer), "zh-CN")


@pytest.fixture
def street(store: Store, clock: FakeClock, ids: CountedIds) -> Street:
    kit = make_kit(store, clock, ids)
    kit.add_staff("h1", "second-till", RoleGrant("cashier", "till-2"))
    kit.add_staff("h1", "no-till", RoleGrant("cashier", "till-3"))
    for role in ("cashier", "porter"):
        kit.add_staff("h1", role, RoleGrant(role))
    mall = Mall(store)
    mall.offer()
    app = create_app(with_mall(kit.site, mall))
    return Street(mall, app.test_client)


def scan(cashier: FlaskClient, code: str, place: str = "till-1") -> Any:
    return post(cashier, f"{TERMINAL}/redeem", {"code": code, "place": place}, from_page=TERMINAL)


def test_a_holder_sees_the_card_and_its_code_in_both_text_sizes(street: Street) -> None:
    rules = CardRules(days=3, places=frozenset({"till-1"}), hours=(Hours(frozenset({6, 7}), time(9), time()),))
    street.mall.offer(rules)
    card = street.mall.collected(street.user())
    holder = street.holder()
    assert "One coffee" in get(holder, CARDS).text
    for size in ("standard", "care"):
        page = get(holder, f"{CARDS}/mall/{card.card_id}?lang=en&mode={size}").text
        assert grouped(street.mall.code(card)) in page.replace("<span>", "").replace("</span>", "")
        assert 'class="hb-qr"' in page
        assert "First till" in page
        assert "<dt>Saturday to Sunday</dt><dd>09:00–24:00</dd>" in page
        assert "Wednesday 25 November, 24:00" in page, "the last day is the day before the midnight at which it ends"


def test_a_card_is_collected_by_its_holder_and_shows_no_code_before(street: Street) -> None:
    card = street.mall.give(street.user())
    holder, path = street.holder(), f"{CARDS}/mall/{card.card_id}"
    assert "hb-qr" not in get(holder, path).text
    assert post(holder, f"{path}/collect", {}, from_page=path).status_code == 303
    assert "hb-qr" in get(holder, path).text


def test_nobody_elses_card_is_shown_or_collected(street: Street) -> None:
    card = street.mall.give(street.user("2088000000000002"))
    holder, path = street.holder(), f"{CARDS}/mall/{card.card_id}"
    assert get(holder, path).status_code == 404
    assert post(holder, f"{path}/collect", {}, from_page=CARDS).status_code in (403, 404)
    assert "One coffee" not in get(holder, CARDS).text
    assert "One coffee" in get(street.holder("2088000000000002"), CARDS).text


def test_a_scan_redeems_and_the_next_one_says_who_where_and_when(street: Street) -> None:
    code = street.mall.code(street.mall.collected())
    cashier = street.staff("cashier")
    scanned = scan(cashier, grouped(code).lower())
    assert scanned.status_code == 303
    good = get(cashier, scanned.headers["Location"]).text
    assert "核销成功" in good
    assert '<option value="till-1" selected>' in good
    again = scan(cashier, code, "till-2")
    assert again.status_code == 409
    assert "HB-K004" in again.text
    assert "2026-11-23 08:30:00 · First till · 护士 cashier" in again.text


def test_who_redeems_at_one_place_alone_sees_no_other_and_redeems_at_no_other(street: Street) -> None:
    code = street.mall.code(street.mall.collected())
    second, nowhere = street.staff("second-till"), street.staff("no-till")
    page = get(second, TERMINAL).text
    assert ("Second till" in page, "First till" in page) == (True, False)
    for cashier, place in ((second, "till-1"), (second, ""), (nowhere, "till-1"), (nowhere, "")):
        assert scan(cashier, code, place).status_code == 422
    assert scan(second, code, "till-2").status_code == 303


def test_what_is_no_card_is_told_and_changes_nothing(street: Street) -> None:
    cashier = street.staff("cashier")
    told = scan(cashier, "not a code")
    assert (told.status_code, "HB-K001" in told.text) == (404, True)
    assert scan(cashier, street.mall.code(street.mall.collected()), "nowhere").status_code == 422


def test_who_may_redeem_nothing_has_no_terminal(street: Street) -> None:
    porter = street.staff("porter")
    assert get(porter, TERMINAL).status_code == 403
    assert TERMINAL not in get(porter, "/staff/h1/").text
    assert TERMINAL in get(street.staff("cashier"), "/staff/h1/").text
