"""Cards in a real Chromium: a holder's cards in every state, and the desk where a scanner types their codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from adapters.values import WalletAccount
from hospital_bridge.slot import CardRules, CardView, Hours
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.web.app import create_app
from tests.browser.chromium import barriers
from tests.browser.conftest import DESK, PHONE, serving
from tests.browser.journey import PatientJourney
from tests.browser.scripted_wallet_pages import USER
from tests.browser.test_patient_pages import LOOKS, faults_of, watch
from tests.browser.test_staff_pages import sign_in
from tests.cards.counters import Mall
from tests.steered import FakeClock
from tests.web.plugged_mall import with_mall
from tests.web.site_kit import SiteKit

TITLE, WHERE = "满 30 减 10 元咖啡券", {"till-1": "1 层 云咖啡", "till-2": "4 层 悦食堂"}
WORDS = {"title": "优惠券", "note": "到店出示二维码，由店员核销。", "places": lambda _work: WHERE}


@pytest.fixture
def mall(kit: SiteKit, clock: FakeClock) -> Mall:
    """A mall whose coupons run for a week and are taken at two shops, at certain hours."""
    mall = Mall(kit.site.store)
    hours = (Hours(frozenset({1, 2, 3, 4, 5}), time(8), time(22)), Hours(frozenset({6, 7}), time(9), time()))
    ends_at = clock.now() + timedelta(days=7)
    mall.offer(CardRules(days=3, ends_at=ends_at, places=frozenset(WHERE), hours=hours), each=9, title=TITLE)
    return mall


@pytest.fixture
def base_url(kit: SiteKit, mall: Mall, free_port: int) -> Iterator[str]:
    with serving(create_app(with_mall(kit.site, mall, **WORDS)), free_port) as address:
        yield address


def collected(mall: Mall, holder: str, request_id: str) -> CardView:
    card = mall.give(holder, request_id)
    with mall.cards() as cards:
        return cards.collect(card.card_id)


def in_every_state(mall: Mall, holder: str) -> dict[str, CardView]:
    """One card in each state, by what was done with it."""
    kept = {done: collected(mall, holder, done) for done in ("used", "given back", "void", "collected")}
    mall.redeem(kept["used"], "r1")
    back = mall.redeem(kept["given back"], "r2")
    with mall.cards() as cards:
        cards.reverse(back.redemption_id, "payment", "refunded")
        cards.void(kept["void"].card_id, "staff-1", "wrong person")
    return {"issued": mall.give(holder, "issued"), **kept}


@LOOKS
def test_a_holder_collects_a_card_and_finds_each_in_its_state(
    base_url: str, mall: Mall, browser_page: Page, language: str, mode: str, picture: Callable[[Page, str], None]
) -> None:
    complaints = watch(browser_page)
    journey = PatientJourney(browser_page, base_url, language=language, mode=mode).sign_in("cards")
    found = {"none": faults_of(browser_page, mode)}
    with mall.store.begin("h1") as work:
        holder = work.wallet_users.keep("alipay", WalletAccount(USER), "zh-CN")
    kept = in_every_state(mall, holder)
    journey.open("cards")
    picture(browser_page, f"cards-{language}-{mode}")
    found["cards"] = faults_of(browser_page, mode)
    assert browser_page.locator("main .hb-cell").count() == len(kept)
    for done, card in kept.items():
        journey.open(f"cards/mall/{card.card_id}")
        picture(browser_page, f"card-{done}-{language}-{mode}".replace(" ", "-"))
        found[done] = faults_of(browser_page, mode)
        assert (browser_page.locator(".hb-qr").count() > 0) == (done in {"given back", "collected"})
    journey.open(f"cards/mall/{kept['issued'].card_id}")
    browser_page.click("main form button")
    browser_page.wait_for_selector(".hb-qr")
    assert {page: faults for page, faults in found.items() if faults} == {}
    assert complaints == []


@pytest.mark.parametrize(("size", "language"), [(DESK, "zh-CN"), (PHONE, "en")], ids=["desk", "phone"])
def test_a_scanner_types_at_the_desk_and_the_second_shop_hears_who_was_first(
    base_url: str,
    mall: Mall,
    kit: SiteKit,
    new_context: Callable[..., BrowserContext],
    size: Any,
    language: str,
    picture: Callable[[Page, str], None],
) -> None:
    kit.add_staff("h1", "wang", RoleGrant("cashier"))
    code = mall.code(collected(mall, "s1", "one"))
    page = new_context(size).new_page()
    complaints = watch(page)
    sign_in(page, base_url)
    page.goto(f"{base_url}/staff/h1/cards?lang={language}")

    def scan(place: str, typed: str) -> None:
        page.select_option("#place", place)
        page.focus("#code")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    picture(page, f"desk-{language}-{size['width']}")
    assert barriers(page) == []
    scan("till-1", code)
    picture(page, f"desk-redeemed-{language}-{size['width']}")
    assert page.locator(".hb-state_good").count() == 1
    assert page.evaluate("document.activeElement.id") == "code", "the next scan goes into the field"
    page.goto(f"{base_url}/staff/h1/cards?lang={language}")
    scan("till-2", code)
    picture(page, f"desk-too-late-{language}-{size['width']}")
    assert WHERE["till-1"] in page.inner_text("[role=alert]")
    assert [each for each in complaints if "409" not in each] == []
