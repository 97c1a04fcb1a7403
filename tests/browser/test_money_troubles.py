"""The money pages when something is wrong, in a real Chromium: what was typed stays, and why is said at its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from hospital_bridge.payment.flows.refund import give_back, void
from hospital_bridge.store.staff import RoleGrant
from tests.browser.chromium import barriers
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_patient_pages import watch
from tests.browser.test_staff_pages import sign_in
from tests.web.money_here import paid_order
from tests.web.site_kit import SiteKit

AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
STATEMENT = "statements/2026-11-21"


def refused_order(kit: SiteKit) -> str:
    """The page of an order whose refund the wallet refused."""
    payment_id = paid_order(kit.money).payment_id
    context = kit.money("h1")
    with kit.site.store.begin("h1") as work:
        give_back(context, work, work.payments.get(payment_id, lock=True), "already_paid")
        sent = work.refunds.save(work.refunds.of(payment_id)[0].send(AT))
        void(context, work, sent.refund_no, "over_limit")
    return f"orders/{payment_id}"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_money_pages_with_something_wrong(
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
    found = {}

    def look(name: str) -> None:
        found[name] = barriers(page)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, name
        picture(page, f"money-{name}-{size['width']}")

    def send(path: str, form: str, **fields: str) -> None:
        page.goto(f"{base_url}/staff/h1/{path}")
        for selector, value in fields.items():
            page.fill(f"{form} [name={selector}]", value)
        page.eval_on_selector(form, "form => { form.noValidate = true; form.requestSubmit(); }")
        page.wait_for_selector("[role=alert], .hb-hint, .hb-card >> nth=0")
        page.wait_for_load_state()

    page.goto(f"{base_url}/staff/h1/{refused_order(kit)}")
    look("refused")
    send("orders", "form.hb-find", number="R77")
    assert page.input_value("#number") == "R77"
    look("missed")
    send(STATEMENT, "form.hb-find", credited="12.345")
    assert page.input_value("[name=credited]") == "12.345"
    look("credit")
    page.goto(f"{base_url}/staff/h1/{STATEMENT}")
    page.eval_on_selector("[name=seen]", "field => { field.value = 'f'.repeat(64); }")
    with page.expect_navigation():
        page.click("form:has([name=seen]) button")
    assert "没有签字" in page.inner_text("[role=alert]")
    look("changed")
    send("reconciliation", "form.hb-find", day="0206-11-20")
    look("day")
    assert {name: faults for name, faults in found.items() if faults} == {}
    # The browser itself tells of each answer that is no success.
    assert [one for one in complaints if "status of 4" not in one] == []
