"""A day of rides before a real bridge, wallet and gates, on a rider's phone and a dispatcher's desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import BrowserContext, Page

from adapters.hl7.build import UTF_8
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.companies import TRANSIT
from hospital_bridge.sandbox.people import LI_QI, PEOPLE, WANG_TAO, ZHENG_GUOQIANG
from hospital_bridge.sandbox.stage import OPERATOR, Ports, Stage
from hospital_bridge.sandbox.story.riding import Gate, Rider
from hospital_bridge.sandbox.story.world import DISPATCHER_NAME, World
from tests.browser.chromium import barriers
from tests.browser.conftest import DESK
from tests.browser.journey import PatientJourney
from tests.browser.test_patient_pages import watch
from tests.browser.test_whole_stack import journey
from tests.browser.test_whole_visit import sign_in

Pictures = Callable[[Page, str], None]
BUS_STOP = "transit.B18.B01"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A bridge of a transit operator, with the wallet beside it."""
    folder = tmp_path_factory.mktemp("stage")
    with Stage(folder, SystemClock(), charset=UTF_8, ports=Ports(), company=TRANSIT) as standing:
        yield standing


@pytest.fixture(scope="module")
def world(stage: Stage) -> World:
    return World(stage, SystemClock(), stage.listener, "transit")


def code_on(page: Page) -> bytes:
    return bytes.fromhex(page.get_attribute("[data-code]", "data-code") or "")


def another_code(phone: PatientJourney, before: bytes) -> bool | None:
    return True if code_on(phone.open("transit/ride").page) != before else None


def ride(phone: PatientJourney, world: World, stage: Stage) -> None:
    """In at one station, out at another, by bus from there; the gates tell it, and the engineer closes the day."""
    api = stage.api("gates", "gates:sync")
    places = (("G1", "in", "S01", ""), ("G2", "out", "S04", ""), ("BUS", "board", "B01", "B18"))
    for gate_id, kind, stop, line in places:
        gate, before = Gate(world, api, gate_id, kind, stop, line), code_on(phone.page)
        assert gate.opens(before)
        gate.sync()
        world.wait(partial(another_code, phone, before))
    stage.run("verticals", "run", "transit", "close-days")


def test_a_rider_shows_a_code_pays_the_day_and_rides_on(
    stage: Stage, world: World, browser_page: Page, picture: Pictures
) -> None:
    complaints = watch(browser_page)
    phone = journey(browser_page, stage, WANG_TAO.user_id).sign_in("transit/")
    assert barriers(browser_page) == []
    browser_page.click("form[action$='/join'] button")
    browser_page.wait_for_selector(".hb-qr")
    picture(browser_page, "transit-code")
    assert barriers(browser_page) == []
    ride(phone, world, stage)
    phone.open("transit/")
    browser_page.click("main .hb-cell")
    browser_page.wait_for_selector("a[data-trade-no]")
    picture(browser_page, "transit-day")
    assert barriers(browser_page) == []
    browser_page.click("a[data-trade-no]")
    browser_page.click("button[value=pay]")
    browser_page.wait_for_selector("[data-state=paid]")
    assert barriers(browser_page) == []
    phone.open("transit/")
    assert "已支付" in browser_page.inner_text("main")
    assert complaints == []


def test_riders_queue_and_a_dispatcher_calls_by_free_places_in_care_mode_without_scripts(
    stage: Stage, world: World, new_context: Callable[..., BrowserContext], picture: Pictures
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    before = [Rider(world, person) for person in (*PEOPLE[2:4], LI_QI)]
    for rider in before:
        rider.phone.sign_in()
        rider.phone.press(rider.phone.page("boarding"), f"{BUS_STOP}/stand-in")
    phone = journey(page, stage, ZHENG_GUOQIANG.user_id, "care").sign_in("transit/boarding")
    page.click("main form button")
    desk = sign_in(new_context(DESK).new_page(), stage, DISPATCHER_NAME)
    desk.goto(f"{stage.public_url}/staff/{OPERATOR}/transit/boardings")
    desk.fill("input[name=free]", "2")
    desk.click("main td form button")
    desk.wait_for_selector("td:has-text('A001')")
    picture(desk, "transit-boardings")
    assert barriers(desk) == []
    assert "大概能上后面第 1 辆车" in phone.open("transit/boarding").page.inner_text("main")
    picture(page, "transit-queue-care")
    desk.fill("input[name=free]", "5")
    desk.click("main td form button")
    desk.wait_for_selector("td:has-text('A004')")
    phone.open("transit/boarding").wait_for("请上车")
    desk.goto(f"{stage.public_url}/staff/{OPERATOR}/transit/disruptions")
    assert barriers(desk) == []
