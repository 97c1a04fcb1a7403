"""The help desk and finance in a real Chromium: from the scan to the approval with nothing but the keyboard."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page

from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.store.staff import RoleGrant
from tests.browser.chromium import barriers
from tests.browser.conftest import DESK
from tests.browser.test_patient_pages import watch
from tests.browser.test_staff_pages import sign_in
from tests.web.money_here import CARD, paid_order
from tests.web.site_kit import PASSWORD, SiteKit


def reach(page: Page, selector: str) -> None:
    """Press Tab until that element has the focus."""
    for _ in range(40):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")


def press(page: Page, selector: str) -> None:
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_large_refund_by_the_keyboard_alone(
    base_url: str,
    kit: SiteKit,
    new_context: Callable[..., BrowserContext],
    picture: Callable[[Page, str], None],
) -> None:
    order = paid_order(kit.money, fen=120_000)
    desks = {}
    for name in ("li", "zhao"):
        kit.add_staff("h1", name, RoleGrant("finance"))
        desks[name] = new_context(DESK).new_page()
        sign_in(desks[name], base_url, name)
    li, zhao = desks["li"], desks["zhao"]
    complaints = watch(li)
    li.goto(f"{base_url}/staff/h1/orders")
    li.wait_for_selector("#number:focus")
    li.keyboard.type(CARD)
    li.keyboard.press("Enter")
    li.wait_for_url(f"**/orders/{order.payment_id}")
    picture(li, "money-order")
    press(li, "a.hb-btn")
    reach(li, "#reason")
    li.keyboard.press("ArrowDown")
    press(li, "main form button")
    assert "amount=1200.00" in li.url
    picture(li, "money-refund")
    found = {"confirm": barriers(li)}
    reach(li, "#password")
    li.keyboard.type(PASSWORD)
    li.keyboard.press("Enter")
    li.wait_for_url("**/staff/h1/refunds")
    found["waiting"] = barriers(li)

    zhao.goto(f"{base_url}/staff/h1/refunds")
    press(zhao, "main td a")
    picture(zhao, "money-approve")
    reach(zhao, "#password")
    zhao.keyboard.type(PASSWORD)
    zhao.keyboard.press("Enter")
    zhao.wait_for_url(f"**/orders/{order.payment_id}")
    found["order"] = barriers(zhao)
    assert "退款中" in zhao.inner_text("h1")
    with kit.site.store.read("h1") as work:
        [refund] = work.refunds.of(order.payment_id)
        [request] = RefundRequests(work).of(order.payment_id)
    assert (refund.amount_fen, request.refund_no) == (120_000, refund.refund_no)
    assert {page: faults for page, faults in found.items() if faults} == {}
    assert complaints == []
