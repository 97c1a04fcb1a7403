"""One paid registration in a real Chromium before a real bridge, wallet and hospital; README shows its pictures."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page

from hospital_bridge.sandbox.people import CHEN_XIAOMING, LI_QI
from hospital_bridge.sandbox.stage import OPERATOR, STAFF_NAME, Stage
from tests.browser.chromium import barriers
from tests.browser.conftest import DESK
from tests.browser.journey import PatientJourney
from tests.browser.test_patient_pages import watch

Pictures = Callable[[Page, str], None]

IN_ALIPAY = """
  window.sheets = [];
  window.AlipayJSBridge = { call: function (name, what, answered) {
    sessionStorage.setItem("sheet", JSON.stringify([name, what])); answered({ resultCode: "9000" });
  } };
"""
"""What Alipay's web view puts into a page; this one claims success without any payment."""


def agree_as(user_id: str) -> Callable[[Page], None]:
    """What a user does at the sandbox wallet's consent page."""

    def agree(page: Page) -> None:
        page.check(f"input[value='{user_id}']")
        page.click("button")

    return agree


def journey(page: Page, stage: Stage, user_id: str, mode: str = "standard") -> PatientJourney:
    return PatientJourney(page, stage.public_url, OPERATOR, "zh-CN", mode, agree_as(user_id))


def pay(page: Page) -> None:
    page.click("main .hb-state a.weui-btn_primary")
    page.click("button[value=pay]")


def test_from_consent_to_the_receipt_and_back(stage: Stage, browser_page: Page, picture: Pictures) -> None:
    complaints = watch(browser_page)
    patient = journey(browser_page, stage, CHEN_XIAOMING.user_id).sign_in("hospital/cards")
    browser_page.click("form[action$='cards/new'] button")
    browser_page.wait_for_selector(".hb-tag_good")
    patient.choose_slot()
    picture(browser_page, "readme-confirm")
    patient.book()
    patient.wait_for("已为您锁号，请支付")
    picture(browser_page, "readme-pay")
    assert barriers(browser_page) == []
    pay(browser_page)
    patient.wait_for("挂号成功")
    picture(browser_page, "readme-registered")
    assert barriers(browser_page) == []
    patient.cancel().wait_for("已退号，退款已到账")
    assert complaints == []


def test_the_same_in_care_mode_without_scripts(
    stage: Stage, new_context: Callable[..., BrowserContext], picture: Pictures
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    patient = journey(page, stage, LI_QI.user_id, "care").sign_in().set_up_card().choose_slot(department=5)
    patient.book()
    patient.wait_for("已为您锁号，请支付")
    picture(page, "readme-care")
    pay(page)
    patient.wait_for("挂号成功")
    assert page.get_attribute("[data-situation]", "data-situation") == "done"


def test_inside_alipay_the_sheet_opens_in_place_and_its_word_is_not_taken(
    stage: Stage, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    context.add_init_script(IN_ALIPAY)
    page = context.new_page()
    patient = journey(page, stage, LI_QI.user_id).sign_in()
    patient.choose_slot(department=4).book()
    patient.wait_for("已为您锁号，请支付")
    trade_no = page.get_attribute("[data-trade-no]", "data-trade-no")
    with page.expect_navigation():
        page.click("[data-trade-no]")
    assert json.loads(page.evaluate("sessionStorage.getItem('sheet')")) == ["tradePay", {"tradeNO": trade_no}]
    assert patient.headline() == "已为您锁号，请支付", "the sheet claims success, the wallet knows of no payment"


def test_the_admin_page_shows_every_link(
    stage: Stage, new_context: Callable[..., BrowserContext], picture: Pictures
) -> None:
    page = new_context(viewport=DESK, locale="zh-CN").new_page()
    page.goto(f"{stage.public_url}/staff/{OPERATOR}/")
    page.fill("input[name=name]", STAFF_NAME)
    page.fill("input[type=password]", stage.password)
    page.click("main form button")
    page.wait_for_selector(".hb-light_green >> nth=3")
    picture(page, "readme-admin")
    assert barriers(page) == []
