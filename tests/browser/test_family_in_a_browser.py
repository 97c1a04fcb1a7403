"""A family's pages in a real Chromium: reachable by everybody, in both languages and modes, without scripts too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page

from adapters.values import Sex, VerifiedIdentity, WalletAccount
from hospital_bridge.identity import family
from hospital_bridge.sandbox.people import id_number
from hospital_bridge.slot import Relation, Right
from tests.browser.chromium import barriers
from tests.browser.journey import PatientJourney
from tests.browser.test_patient_pages import LOOKS, SIZES
from tests.web.site_kit import SiteKit

BORN = date(2019, 6, 1)
CHILD = id_number(BORN, Sex.FEMALE, 5)


def identity(name: str, born: date, serial: int) -> VerifiedIdentity:
    return VerifiedIdentity(name, "CN_ID", id_number(born, Sex.FEMALE, serial), born, Sex.FEMALE, "10000000001")


@pytest.fixture
def household(kit: SiteKit) -> Callable[[], None]:
    """Confirms the name of whoever has signed in; her father lets her act, and her sister acts for her."""

    def confirm() -> None:
        with kit.site.store.begin("h1") as work:
            user = work.connection.exec_driver_sql("SELECT wallet_user_id FROM wallet_user").scalar_one()
            own = work.subjects.keep(identity("吴小桐", date(1996, 4, 18), 1))
            work.subjects.bind_self(user, own)
            father = work.subjects.keep(identity("吴国强", date(1949, 10, 5), 2))
            work.subjects.bind(user, father, Relation.GRANTED, [Right.BOOK, Right.PAY])
            sister = work.wallet_users.keep("alipay", WalletAccount("2088000000000099"), "zh-CN")
            work.subjects.bind_self(sister, work.subjects.keep(identity("吴小梅", date(1990, 1, 1), 3)))
            work.subjects.bind(sister, own, Relation.GRANTED, [Right.RESULTS])

    return confirm


@LOOKS
def test_every_page_of_a_family_is_accessible(
    base_url: str,
    household: Callable[[], None],
    browser_page: Page,
    picture: Callable[[Page, str], None],
    language: str,
    mode: str,
) -> None:
    journey = PatientJourney(browser_page, base_url, language=language, mode=mode).sign_in()
    household()
    text, target = (18, 60) if mode == "care" else (15, 44)
    steps: dict[str, Callable[[], object]] = {
        "people": lambda: journey.open("family"),
        "child": lambda: journey.open("family/child"),
        "child-objection": lambda: add_child(journey, "吴小花", CHILD[:-1]),
        "code": lambda: journey.open("family/code"),
        "code-objection": lambda: send(journey, "family/code", code="ABCD"),
        "for-me": lambda: journey.open("family/for-me"),
        "invited": lambda: invite(journey),
        "entry": lambda: add_child(journey, "吴小花", CHILD),
        "home": lambda: journey.open("hospital/"),
        "people-with-child": lambda: journey.open("family"),
    }
    found = {}
    for name, step in steps.items():
        step()
        browser_page.wait_for_load_state()
        sizes = browser_page.evaluate(SIZES)
        small = [each for each in sizes["text"] if each[1] < text]
        small += [each for each in sizes["targets"] if each[1] < target]
        wide = ["wider than the phone"] if sizes["overflow"] > 0 else []
        found[name] = barriers(browser_page) + small + wide
        if language == "zh-CN":
            picture(browser_page, f"family-{name}-{mode}")
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_family_without_scripts(
    base_url: str, household: Callable[[], None], new_context: Callable[..., BrowserContext], kit: SiteKit
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    journey = PatientJourney(page, base_url, language="zh-CN").sign_in()
    household()
    add_child(journey, "吴小花", CHILD)
    assert page.inner_text(".hb-patient") == "就诊人：吴*花 · 切换"
    page.click(".hb-patient")
    page.locator("main form[action$=choose] button").first.click()
    assert page.inner_text(".hb-patient") == "就诊人：吴*桐 · 切换"
    code = invite(journey)
    with kit.site.store.read("h1") as work:
        users = work.connection.exec_driver_sql("SELECT wallet_user_id FROM wallet_user ORDER BY 1").scalars().all()
    assert family.accept(kit.site.store, "h1", users[-1], code, 4)
    journey.open("family/for-me")
    page.locator("main form[action$=withdraw] button").first.click()
    assert "目前没有人为您代办" in page.inner_text("main")


def add_child(journey: PatientJourney, name: str, number: str) -> None:
    journey.open("family/child").page.check("#agreed")
    journey.page.fill("#name", name)
    journey.page.fill("#id_number", number)
    journey.page.click("main form button")


def send(journey: PatientJourney, path: str, **typed: str) -> None:
    journey.open(path)
    for name, value in typed.items():
        journey.page.fill(f"#{name}", value)
    journey.page.click("main form button")


def invite(journey: PatientJourney) -> str:
    """Let somebody register; the code."""
    journey.open("family/for-me").page.check("#book")
    journey.page.locator("main form[action$=for-me] button").click()
    code = journey.page.get_attribute(".hb-code", "data-code")
    assert code is not None
    return code
