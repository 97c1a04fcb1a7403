"""Whom the pages are about: oneself until somebody else is chosen, and only while one may act for them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from adapters.values import Sex, VerifiedIdentity, WalletAccount
from hospital_bridge.slot import Relation, Right
from tests.steered import FakeClock
from tests.web.site_kit import SiteKit
from tests.web.visitor import get, hidden_of, post, sign_in

FAMILY = "/p/h1/family"
MOTHER, CHILD = "王小明", "赵小花"


def known(kit: SiteKit, name: str, born: date) -> str:
    identity = VerifiedIdentity(name, "CN_ID", f"id of {name}", born, Sex.FEMALE, "10000000001")
    with kit.site.store.begin("h1") as work:
        return work.subjects.keep(identity)


def bind(kit: SiteKit, subject_id: str, relation: Relation) -> None:
    with kit.site.store.begin("h1") as work:
        user = work.wallet_users.keep("alipay", WalletAccount("2088000000000001"), "zh-CN")
        work.subjects.bind(user, subject_id, relation)


@pytest.fixture
def child(kit: SiteKit, browser: FlaskClient) -> str:
    """The child of whoever is signed in at the browser."""
    sign_in(browser, "h1")
    child = known(kit, CHILD, date(2012, 12, 1))
    bind(kit, known(kit, MOTHER, date(1985, 3, 12)), Relation.SELF)
    bind(kit, child, Relation.WARD)
    return child


def choose(browser: FlaskClient, subject_id: str, next_page: str = "") -> str:
    sent = post(browser, f"{FAMILY}/choose", {"subject": subject_id, "next": next_page}, from_page="/p/h1/")
    return sent.headers.get("Location", str(sent.status_code))


def test_the_pages_are_about_oneself_until_somebody_is_chosen(browser: FlaskClient, child: str) -> None:
    pages = ("", "family", "consents", "hospital/", "hospital/departments")
    assert all("就诊人：王*明 · 切换" in get(browser, f"/p/h1/{page}").text for page in pages)
    assert choose(browser, child, "/p/h1/hospital/departments?x=1") == "/p/h1/hospital/departments?x=1"
    assert all("就诊人：赵*花 · 切换" in get(browser, f"/p/h1/{page}").text for page in pages)


def test_the_switcher_comes_back_to_where_it_was_pressed(browser: FlaskClient, child: str) -> None:
    page = get(browser, "/p/h1/hospital/departments?mode=care").text
    assert f'href="{FAMILY}?next=/p/h1/hospital/departments"' in page
    shown = get(browser, f"{FAMILY}?next=/p/h1/hospital/departments")
    assert f'href="{FAMILY}?next=/p/h1/hospital/departments"' in shown.get_data(as_text=True)
    assert '<input type="hidden" name="next" value="/p/h1/hospital/departments">' in shown.text


def test_the_choice_ends_with_the_right_to_act(browser: FlaskClient, child: str, clock: FakeClock) -> None:
    choose(browser, child)
    clock.advance(timedelta(days=7, hours=15))
    sign_in(browser, "h1")
    assert choose(browser, child) == "/p/h1/"
    clock.advance(timedelta(hours=1))
    assert "就诊人：王*明" in get(browser, "/p/h1/").text
    assert "孩子已满 14 周岁" in get(browser, FAMILY).text
    assert choose(browser, child) == "404"


def test_nobody_elses_person_can_be_chosen(browser: FlaskClient, child: str, kit: SiteKit) -> None:
    assert choose(browser, known(kit, "钱小红", date(1985, 3, 12))) == "404"
    assert "就诊人：王*明" in get(browser, "/p/h1/").text


def test_the_choice_of_one_phone_is_not_that_of_another(app_browsers: list[FlaskClient], child: str) -> None:
    other = app_browsers[0]
    sign_in(other, "h1")
    choose(other, child)
    assert "就诊人：赵*花" in get(other, "/p/h1/").text
    assert "就诊人：王*明" in get(app_browsers[1], "/p/h1/").text


@pytest.fixture
def app_browsers(browser: FlaskClient) -> list[FlaskClient]:
    return [browser.application.test_client(), browser]


def test_a_withdrawn_grant_ends_the_choice(browser: FlaskClient, child: str, kit: SiteKit) -> None:
    father = known(kit, "王大山", date(1950, 1, 1))
    with kit.site.store.begin("h1") as work:
        user = work.wallet_users.keep("alipay", WalletAccount("2088000000000001"), "zh-CN")
        work.subjects.bind(user, father, Relation.GRANTED, [Right.BOOK])
    choose(browser, father)
    assert "就诊人：王*山" in get(browser, "/p/h1/").text
    with kit.site.store.begin("h1") as work:
        work.subjects.unbind(user, father)
    assert "就诊人：王*明" in get(browser, "/p/h1/").text


def test_whose_name_nobody_confirmed_has_nobody_to_choose(browser: FlaskClient) -> None:
    sign_in(browser, "h1")
    page = get(browser, FAMILY)
    assert "钱包尚未确认您的实名信息" in page.text
    assert "· 切换" not in page.text
    assert hidden_of(page) == {}
