"""The admin page in a real Chromium, at a desk and at a narrow window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.web.finance_reads import Decision, Explanation
from tests.browser.chromium import barriers
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_patient_pages import watch
from tests.web.money_here import paid_order, waiting_refund
from tests.web.scripted_results import STAFF_ADDRESSES
from tests.web.site_kit import PASSWORD, SiteKit
from tests.web.test_received_pages import park_message

PAGES = (
    "",
    "messages",
    "messages/standard",
    "work",
    "money/paid-h1/fulfilled",
    "reconciliation",
    "bank/",
    "statements/2026-11-21",
    "orders",
    "refunds",
    "audit",
    "security",
    "handover",
)


def sign_in(page: Page, base_url: str, name: str = "wang") -> None:
    page.goto(f"{base_url}/staff/h1/login?lang=zh-CN")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base_url}/staff/h1/")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_admin_pages(
    base_url: str,
    kit: SiteKit,
    new_context: Callable[..., BrowserContext],
    size: Any,
) -> None:
    roles = ("admin", "auditor", "reader", "clinician", "records", "finance")
    kit.add_staff("h1", "wang", *(RoleGrant(role) for role in roles))
    with kit.site.store.begin("h1") as work:
        message = f"messages/{park_message(work)}"
    order = f"orders/{paid_order(kit.money).payment_id}"
    large = f"refunds/{waiting_refund(kit)}"
    orders = (order, f"{order}/refund", f"{order}/refund?amount=5&reason=not_done", large)
    page = new_context(size).new_page()
    complaints = watch(page)
    page.goto(f"{base_url}/staff/h1/login?lang=en")
    found = {"login": barriers(page)}
    sign_in(page, base_url)
    for path in (*PAGES, *orders, message, f"{message}/content", *STAFF_ADDRESSES):
        page.goto(f"{base_url}/staff/h1/{path}")
        found[path] = barriers(page)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert complaints == []


def test_a_dead_job_is_run_again_by_a_click(base_url: str, kit: SiteKit, browser_page: Page) -> None:
    staff_id = kit.add_staff("h1", "wang", RoleGrant("admin"))
    sign_in(browser_page, base_url)
    browser_page.click("text=待办")
    browser_page.click("button >> text=重新执行")
    browser_page.wait_for_url("**/work")
    assert kit.admin.replayed == [("h1", "job-h1", staff_id)]


def test_a_decision_of_money_is_made_on_a_page_of_its_own(
    base_url: str, kit: SiteKit, new_context: Callable[..., BrowserContext], picture: Callable[[Page, str], None]
) -> None:
    staff_id = kit.add_staff("h1", "wang", RoleGrant("admin"))
    page = new_context(DESK).new_page()
    sign_in(page, base_url)
    page.click("text=待办")
    picture(page, "staff-work")
    page.click("main a >> text=已上账 >> nth=0")
    page.fill("#receipt_no", "R7")
    picture(page, "staff-decide")
    page.click("main form button")
    page.wait_for_url("**/work")
    assert kit.finance.decided == [("h1", "paid-h1", Decision.FULFILLED, "R7", staff_id)]


def test_a_difference_is_explained(
    base_url: str, kit: SiteKit, new_context: Callable[..., BrowserContext], picture: Callable[[Page, str], None]
) -> None:
    staff_id = kit.add_staff("h1", "wang", RoleGrant("admin"))
    page = new_context(DESK).new_page()
    sign_in(page, base_url)
    page.click("text=对账")
    picture(page, "staff-reconciliation")
    page.select_option("select[name=explanation]", "at_the_counter")
    page.click("main .hb-inline button")
    page.wait_for_load_state()
    assert kit.finance.explained == [("h1", "one", Explanation.AT_THE_COUNTER, staff_id)]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_banks_statement_is_read_in_once_its_wrong_row_is_put_right(
    base_url: str,
    kit: SiteKit,
    new_context: Callable[..., BrowserContext],
    picture: Callable[[Page, str], None],
    size: Any,
) -> None:
    kit.add_staff("h1", "wang", RoleGrant("finance"))
    page = new_context(size).new_page()
    complaints = watch(page)
    sign_in(page, base_url)
    page.goto(f"{base_url}/staff/h1/reconciliation")
    page.click("text=读入银行对账单")
    found = {}
    for name, amount in (("wrong", "5.905"), ("right", "590.00")):
        rows = f"交易日期,贷方金额,交易流水号,摘要\n2026-11-22,{amount},A1,支付宝\n2026-11-22,8.00,A2,房租\n"
        page.set_input_files("input[type=file]", {"name": "bank.csv", "mimeType": "text/csv", "buffer": rows.encode()})
        page.fill("input[name=sent_by]", "支付宝")
        page.click("main form button")
        page.wait_for_selector("[role=alert]" if name == "wrong" else "[role=status]")
        picture(page, f"staff-bank-{name}")
        found[name] = barriers(page)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert kit.finance.credited == {date(2026, 11, 21): 59_000}
    assert {each: faults for each, faults in found.items() if faults} == {}
    assert [one for one in complaints if "422" not in one] == []


def test_a_colleague_takes_over_at_the_same_page(base_url: str, kit: SiteKit, browser_page: Page) -> None:
    kit.add_staff("h1", "wang", RoleGrant("admin"))
    kit.add_staff("h1", "zhao", RoleGrant("admin"))
    sign_in(browser_page, base_url)
    browser_page.goto(f"{base_url}/staff/h1/work")
    browser_page.click("text=交班")
    browser_page.fill("#name", "zhao")
    browser_page.fill("#password", PASSWORD)
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url(f"{base_url}/staff/h1/work")
    assert "护士 zhao" in browser_page.inner_text("header")
