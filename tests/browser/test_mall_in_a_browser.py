"""A mall's coupons, points and purchases in a real Chromium: a member's phone and the mall's own desks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page

from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.verticals.district import VERTICAL
from hospital_bridge.verticals.district.coupons import giving
from hospital_bridge.web.app import create_app
from hospital_bridge.web.site import Plugged
from tests.browser.chromium import barriers
from tests.browser.conftest import DESK, serving
from tests.browser.journey import PatientJourney
from tests.browser.test_patient_pages import faults_of, watch
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.district.malls import SETTLING, TEA, TEN_OFF, VOUCHER, TradingMall
from tests.web.site_kit import PASSWORD, SiteKit

LOOKS = pytest.mark.parametrize(
    ("language", "mode"), [("zh-CN", "standard"), ("zh-CN", "care"), ("en", "standard")], ids=str
)
Picture = Callable[[Page, str], None]


@pytest.fixture
def mall(kit: SiteKit, database: Database, clock: FakeClock) -> TradingMall:
    world = TradingMall(kit.site.store, database, clock)
    world.put_up()
    operator = replace(
        kit.site.operators["h1"],
        names={"zh-CN": "临江广场", "en": "Linjiang Plaza"},
        verticals={"district": Plugged(VERTICAL, world.scope)},
    )
    kit.site = replace(kit.site, operators={"h1": operator})
    return world


@pytest.fixture
def address(kit: SiteKit, mall: TradingMall, free_port: int) -> Iterator[str]:
    with serving(create_app(kit.site), free_port) as address:
        yield address


@LOOKS
def test_a_member_queues_buys_and_sees_what_is_theirs(
    address: str, mall: TradingMall, browser_page: Page, picture: Picture, language: str, mode: str
) -> None:
    journey = PatientJourney(browser_page, address, language=language, mode=mode)
    complaints, faults = watch(browser_page), {}

    def look(name: str) -> None:
        faults[name] = faults_of(browser_page, mode)
        if language == "zh-CN":
            picture(browser_page, f"mall-{name}-{mode}")

    journey.sign_in("district/mine")
    look("not-joined")
    browser_page.click("main form button")
    journey.open("district/offers")
    look("offers")
    giving.come(mall.scope, mall.member("999999199001010019", "2088000000000002")[0], TEN_OFF)
    journey.open(f"district/offers/{TEN_OFF}")
    browser_page.click("main form button")
    look("waiting")
    journey.open(f"district/offers/{TEA}")
    browser_page.click("main form button")
    look("turn")
    browser_page.click("main form button")
    browser_page.locator("main a.weui-btn_primary").click()
    browser_page.click("main form button")
    mall.bought(mall.join(mall.ann), 8800)
    giving.exchange(mall.scope, mall.ann, VOUCHER)
    journey.open("district/mine")
    look("mine")
    to_pay = mall.enter(mall.join(mall.ann), 1990, "books")
    for name, path in (
        ("exchanged", f"offers/{VOUCHER}"),
        ("purchase", f"purchases/{to_pay.purchase_id}"),
        ("absent", "purchases/none"),
    ):
        journey.open(f"district/{path}")
        look(name)
    assert {name: found for name, found in faults.items() if found} == {}
    assert [text for text in complaints if "404" not in text] == []


def test_the_desk_the_split_and_the_coupons_of_the_mall(
    address: str, kit: SiteKit, mall: TradingMall, new_context: Callable[..., BrowserContext], picture: Picture
) -> None:
    kit.add_staff("h1", "wang", *(RoleGrant(role) for role in ("cashier", "manager")))
    page, faults = new_context(DESK).new_page(), {}
    page.goto(f"{address}/staff/h1/login?lang=zh-CN")
    page.fill("#name", "wang")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/staff/h1/")
    code = mall.code(mall.won(mall.ann))

    def look(name: str) -> None:
        faults[name] = barriers(page)
        picture(page, f"mall-{name}")

    def enter(price: str, shop: str = "noodles") -> None:
        page.goto(f"{address}/staff/h1/district/desk")
        page.select_option("#shop", shop)
        page.fill("#price", price)
        page.fill("#code", code)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    enter("3,5")
    assert "请输入金额" in page.inner_text("main")
    enter("20")
    assert "未达到此券的使用门槛" in page.inner_text("main")
    enter("35", "books")
    assert "此券不适用于本店" in page.inner_text("main")
    enter("35")
    look("sold")
    assert "¥25.00" in page.inner_text("main")
    enter("35")
    look("refused")
    assert "此券已使用过" in page.inner_text("main")
    mall.work()
    (order,) = mall.wallet.orders
    mall.pay_order(order)
    mall.bought(mall.join(mall.ann), 10_000, "books")
    for name, path in (("split", "statement"), ("coupons", "coupons")):
        page.goto(f"{address}/staff/h1/district/{path}")
        look(name)
    page.goto(f"{address}/staff/h1/district/statement")
    page.locator("tr", has_text="¥25.00").locator("a[href*='/bought/']").click()
    page.fill("#fen", "3.33")
    with page.expect_navigation():
        page.click("form[action$=part] button")
    mall.pass_time(SETTLING)
    page.reload()
    look("bought")
    assert "¥3.22" in page.inner_text("main")
    assert {name: found for name, found in faults.items() if found} == {}
