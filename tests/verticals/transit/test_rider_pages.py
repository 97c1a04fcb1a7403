"""The rider's pages over HTTP: joining, the code, the days and a debt."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hospital_bridge.store.api_keys import ApiKeys
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.transit import VERTICAL
from hospital_bridge.verticals.transit.api import GATES
from hospital_bridge.verticals.transit.store import accounts, taps
from hospital_bridge.verticals.transit.taps import Tap, TapKind
from hospital_bridge.web.app import create_app
from hospital_bridge.web.site import Plugged
from tests.steered import CountedIds, FakeClock
from tests.verticals.transit.tapping import board, enter, leave
from tests.verticals.transit.travelling import HOUR, OPERATOR, SETTINGS, TransitWorld
from tests.web.site_kit import SiteKit, make_kit
from tests.web.visitor import HTTPS, get, post, sign_in, staff_sign_in

HOME = f"/p/{OPERATOR}/transit/"
RIDER, STRANGER = "2088000000000001", "2088000000000002"


@pytest.fixture
def kit(city: TransitWorld, store: Store, clock: FakeClock, ids: CountedIds) -> SiteKit:
    """A site on which the operator runs transit and nothing else."""
    made = make_kit(store, clock, ids)
    operator = replace(made.site.operators[OPERATOR], verticals={"transit": Plugged(VERTICAL, city.scope)})
    return replace(made, site=replace(made.site, operators={OPERATOR: operator}))


@pytest.fixture
def app(kit: SiteKit) -> Flask:
    app = create_app(kit.site)
    app.testing = True
    return app


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A phone that has signed in as the rider."""
    phone = app.test_client()
    sign_in(phone, OPERATOR, RIDER)
    return phone


def day_page(city: TransitWorld) -> str:
    return f"{HOME}days/{city.day().day_id}"


def test_the_code_is_a_square_that_renews_itself(browser: FlaskClient) -> None:
    page = get(browser, f"{HOME}ride")
    assert page.status_code == 200
    assert "hb-qr" in page.text
    assert "截图无效" in page.text
    assert 'content="20"' in page.text


def test_who_has_no_account_joins_with_one_press(browser: FlaskClient, city: TransitWorld) -> None:
    city._rider("999999199001010019", STRANGER)
    sign_in(browser, OPERATOR, STRANGER)
    assert "开通乘车码" in get(browser, HOME).text
    assert get(browser, f"{HOME}ride").headers["Location"] == HOME
    assert post(browser, f"{HOME}join", {}, from_page=HOME).status_code == 303
    assert "hb-qr" in get(browser, f"{HOME}ride").text
    with city.scope.read() as work:
        assert len(work.table(accounts.ACCOUNT).all()) == 2


def test_a_day_shows_its_journeys_and_what_each_cost(browser: FlaskClient, city: TransitWorld) -> None:
    city.sync(board("B01", 0), enter("S01", 30), leave("S04", 50), enter("S02", 300))
    text = get(browser, day_page(city)).text
    for words in ("计费中", "18路 · 人民医院东门", "换乘优惠", "临江西站 – 人民医院", "桃园路 – 缺出站记录", "¥7.00"):
        assert words in text
    assert "应付金额" not in text
    city.close()
    sign_in(browser, OPERATOR, RIDER)
    text = get(browser, day_page(city)).text
    assert "应付金额" in text
    assert "在钱包中支付 ¥7.00" in text


def test_a_day_that_cannot_be_priced_says_so(browser: FlaskClient, city: TransitWorld) -> None:
    city.sync(board("B01", 0))
    with city.scope.begin() as work:
        taps.add(work, Tap(city.account, city.clock.now(), TapKind.IN, "S99", "G9", 1, "0e" * 16))
    page = get(browser, day_page(city))
    assert (page.status_code, "暂时无法计价" in page.text) == (200, True)


def test_a_day_beyond_the_weeks_cap_says_what_a_week_costs(
    browser: FlaskClient, city: TransitWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SETTINGS, "week_cap_fen", 300)
    city.sync(enter("S01", 0), leave("S04", 20))
    assert "一周车费" not in get(browser, day_page(city)).text
    assert city.close().charged_fen == 300
    sign_in(browser, OPERATOR, RIDER)
    assert "一周车费最多 ¥3.00" in get(browser, day_page(city)).text


def test_a_debt_is_said_and_paid_from_its_page(browser: FlaskClient, city: TransitWorld) -> None:
    city.sync(board("B01", 0))
    city.close()
    city.pass_time(3 * HOUR)
    sign_in(browser, OPERATOR, RIDER)
    assert "付清后即可继续乘车" in get(browser, HOME).text
    assert "hb-qr" not in get(browser, f"{HOME}ride").text
    page = day_page(city)
    assert post(browser, f"{page}/repay", {}, from_page=page).status_code == 303
    city.work()
    assert "在钱包中支付 ¥2.00" in get(browser, page).text
    city.pay()
    assert "已支付" in get(browser, page).text
    assert "hb-qr" in get(browser, f"{HOME}ride").text


def test_somebody_elses_day_is_not_there(browser: FlaskClient, city: TransitWorld) -> None:
    city.sync(board("B01", 0))
    city._rider("999999199001010019", STRANGER)
    sign_in(browser, OPERATOR, STRANGER)
    assert post(browser, f"{day_page(city)}/repay", {}, from_page=HOME).status_code == 404
    post(browser, f"{HOME}join", {}, from_page=HOME)
    assert get(browser, day_page(city)).status_code == 404


def test_a_dispatcher_tells_riders_of_a_line_from_the_staff_pages(kit: SiteKit, app: Flask, city: TransitWorld) -> None:
    city.sync(board("B01", 0))
    kit.add_staff(OPERATOR, "dispatcher", RoleGrant("dispatcher"))
    desk = app.test_client()
    staff_sign_in(desk, OPERATOR, "dispatcher")
    page = f"/staff/{OPERATOR}/transit/disruptions"
    assert "18路" in get(desk, page).text
    assert post(desk, page, {"line": "B18", "kind": "suspended"}, from_page=page).status_code == 303
    assert "暂停运营" in get(desk, page).text
    assert post(desk, page, {"line": "B18", "kind": "late"}, from_page=page).status_code != 303
    city.work()
    with city.store.read(OPERATOR) as work:
        assert work.messages.unread(city.phone) == 1


@pytest.mark.parametrize("day", ["0" * 32, "9" * 500, "%00", "%ff"])
def test_a_day_that_cannot_be_is_nobodys(browser: FlaskClient, day: str) -> None:
    assert get(browser, f"{HOME}days/{day}").status_code == 404


def test_a_telling_that_is_nested_without_end_is_refused(app: Flask, kit: SiteKit) -> None:
    with kit.site.store.begin(OPERATOR) as work:
        bearer = ApiKeys(work).issue("gates", frozenset({GATES}))
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json", "Idempotency-Key": "deep"}
    gates = app.test_client()
    told = gates.post(f"/api/v1/{OPERATOR}/transit/taps", base_url=HTTPS, headers=headers, data=b"[" * 100_000)
    assert told.status_code == 422
