"""A stranger's pages in a real Chromium: choosing seats, the order, the ticket and the door, in every look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from hospital_bridge.store.staff import RoleGrant, StaffAccounts
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.app import create_app
from hospital_bridge.web.site import Plugged
from tests.browser.conftest import DESK, serving
from tests.browser.journey import PatientJourney
from tests.browser.test_patient_pages import LOOKS, faults_of
from tests.conformance.cinema.evening import Evening
from tests.conformance.planting import CINEMA_PACKAGE, install_cinema, on_the_path
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.web.site_kit import PASSWORD, QUICK_HASHER, SiteKit


@pytest.fixture(scope="module")
def cinema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    with on_the_path(install_cinema(tmp_path_factory.mktemp("cinema")), CINEMA_PACKAGE):
        yield import_module(CINEMA_PACKAGE)


@pytest.fixture
def evening(cinema: object, store: Store, database: Database, clock: FakeClock) -> Evening:
    return Evening(cinema, store, database, clock)  # type: ignore[arg-type]  # a module


@pytest.fixture
def house(kit: SiteKit, evening: Evening, store: Store) -> Flask:
    """The cinema's site, with an usher."""
    names = {"zh-CN": "光影影城", "en": "Light and Shadow Cinema"}
    verticals = {"cinema": Plugged(evening.vertical, evening.scope)}
    kit.site = replace(kit.site, operators={"h1": replace(kit.site.operators["h1"], names=names, verticals=verticals)})
    with store.begin("h1") as work:
        StaffAccounts(work).add("usher", "周晚晴", QUICK_HASHER.hash(PASSWORD), frozenset({RoleGrant("usher")}))
    return create_app(kit.site)


@LOOKS
def test_an_evening_at_the_cinema(
    house: Flask,
    free_port: int,
    evening: Evening,
    new_context: Callable[..., BrowserContext],
    picture: Callable[[Page, str], None],
    language: str,
    mode: str,
) -> None:
    page, usher = new_context().new_page(), new_context(DESK).new_page()
    evening.person()
    evening.hold("A1", evening.person(2))
    with serving(house, free_port) as address:
        journey = PatientJourney(page, address, language=language, mode=mode).sign_in("cinema/")
        found: dict[str, list[str]] = {}

        def look(name: str, at: Page = page) -> None:
            at.wait_for_load_state()
            found[name] = faults_of(at, mode) if at is page else []
            if language == "zh-CN":
                picture(at, f"cinema-{name}-{mode}")

        look("programme")
        page.click("main .hb-cell")
        look("seats")
        page.select_option("#first", "B2")
        page.click("main form button")
        order = page.url.split("?")[0].rsplit("/", 1)[1]
        evening.work()
        page.reload()
        look("held")
        evening.pay(order)
        page.reload()
        look("sold")
        page.click("main a.weui-btn")
        look("ticket")
        journey.open()
        look("entry")
        scan(usher, address, evening, order)
        look("door", usher)
        assert "B2 B3 B4" in usher.inner_text("main")
    assert {name: faults for name, faults in found.items() if faults} == {}


def scan(usher: Page, address: str, evening: Evening, order_id: str) -> None:
    """The usher signs in and scans the ticket at the door of its hall."""
    usher.goto(f"{address}/staff/h1/login?next=/staff/h1/cards")
    usher.fill("#name", "usher")
    usher.fill("#password", PASSWORD)
    usher.click("main form button")
    usher.goto(f"{address}/staff/h1/cards")
    with evening.scope.read() as work:
        code = work.cards.code_of(evening.order(order_id).card_id)
    usher.select_option("#place", "h2")
    usher.fill("#code", code)
    usher.click("main form button")
