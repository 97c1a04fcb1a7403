"""A visit to the mall in a real Chromium: a number at a restaurant, an arrival by the phone's position, the figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.district.dining.seating import Press
from hospital_bridge.verticals.district.roles import HOST, MANAGER
from hospital_bridge.verticals.district.store import consents, members
from hospital_bridge.verticals.district.store.consents import Purpose
from tests.browser.chromium import barriers
from tests.browser.conftest import DESK, PHONE, serving
from tests.browser.journey import PatientJourney
from tests.browser.test_patient_pages import faults_of, watch
from tests.browser.test_staff_pages import sign_in
from tests.fixtures_store import Database
from tests.steered import CountedIds, FakeClock
from tests.verticals.district.visiting import OPERATOR, MallWorld
from tests.web.site_kit import SiteKit

AT_THE_HOTPOT = {"latitude": 31.230013, "longitude": 121.470029, "accuracy": 12}
LOOKS = (("zh-CN", "standard"), ("zh-CN", "care"), ("en", "standard"), ("en", "care"))


@pytest.fixture
def mall(store: Store, database: Database, clock: FakeClock, ids: CountedIds, kit: SiteKit) -> MallWorld:
    return MallWorld(store, database, clock, ids, kit)


def looked_at(journey: PatientJourney, page: Page, path: str) -> dict[str, Any]:
    """What is wrong with a page in any language and mode."""
    found = {}
    for language, mode in LOOKS:
        journey.language, journey.mode = language, mode
        journey.open(path)
        found[f"{path} {language} {mode}"] = faults_of(page, mode)
    journey.language, journey.mode = LOOKS[0]
    journey.open(path)
    return {path: faults for path, faults in found.items() if faults}


def test_a_visitor_eats_and_arrives(
    mall: MallWorld, free_port: int, new_context: Callable[..., BrowserContext], picture: Callable[[Page, str], None]
) -> None:
    context = new_context(PHONE, geolocation=AT_THE_HOTPOT, permissions=["geolocation"])
    page = context.new_page()
    complaints, faults = watch(page), dict[str, Any]()
    with serving(mall.app, free_port) as address:
        journey = PatientJourney(page, address, language="zh-CN").sign_in("district/")
        mall.person(1)
        for guest in range(2, 9):
            mall.take(mall.person(guest)[0], 2)
        faults |= looked_at(journey, page, "district/restaurants")
        page.click("text=老灶火锅")
        picture(page, "district-restaurant")
        page.select_option("#guests", "3")
        page.click("main form button")
        expect(page.locator("[data-say]")).to_have_text("您的排号是 B001")
        number = page.url.split(f"/p/{OPERATOR}/")[1].split("?")[0]
        faults |= looked_at(journey, page, number)
        picture(page, "district-number")
        mall.press("T2", Press.CALL)
        page.reload()
        assert mall.press("T2", Press.SEAT) in {"A001", "B001"}
        faults |= looked_at(journey, page, "district/agreements")
        page.click("[data-purpose=arrival] button")
        expect(page.locator("[data-purpose=arrival]")).to_have_attribute("data-agrees", "yes")
        journey.open("district/near")
        for _ in range(4):
            with page.expect_navigation():
                page.click("main form button")
            expect(page.locator("main .hb-cell").first).to_contain_text("老灶火锅")
            mall.later(minutes=1)
        expect(page.locator("[data-say]")).to_have_text("欢迎光临，您已到店")
        assert faults_of(page, "standard") == []
        picture(page, "district-near")
        faults |= looked_at(journey, page, "district/near")
    assert faults == {}
    assert complaints == []


def test_the_staff_seat_guests_and_read_figures(
    mall: MallWorld, free_port: int, new_context: Callable[..., BrowserContext], picture: Callable[[Page, str], None]
) -> None:
    mall.kit.add_staff(OPERATOR, "wang", RoleGrant(HOST), RoleGrant(MANAGER))
    for guest, guests in enumerate((2, 2, 3, 7, 4, 2)):
        mall.take(mall.person(guest)[0], guests)
        mall.later(minutes=3)
    mall.press("T2", Press.CALL)
    with mall.scope.begin() as work:
        for number in range(240):
            subject = f"s{number}"
            consents.give(work, subject, Purpose.FIGURES)
            members.keep(work, subject, ("18-24", "25-34", "60+")[number % 7 % 3])
            for day in range(1, 2 + number % 3 * 2):
                members.came(work, subject, date(2026, 10, day))
    with serving(mall.app, free_port) as address:
        page = new_context(DESK).new_page()
        sign_in(page, address)
        page.goto(f"{address}/staff/{OPERATOR}/district/tables/hotpot")
        assert barriers(page) == []
        picture(page, "district-tables")
        page.click("#press-seat-T2")
        expect(page.locator("[data-table=T2]")).to_have_attribute("data-state", "serving")
        page.goto(f"{address}/staff/{OPERATOR}/district/figures")
        page.click("[data-table=age] button")
        expect(page.locator("[data-table=age] td")).to_have_count(6)
        page.click("[data-table=visits] button")
        expect(page.locator("[data-table=visits] td")).to_have_count(4)
        assert barriers(page) == []
        picture(page, "district-figures")
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        picture(page, "district-figures-phone")
        page.goto(f"{address}/staff/{OPERATOR}/district/tables/hotpot")
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        picture(page, "district-tables-phone")
