from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import PHONE


def test_a_real_browser_lays_out_a_page_for_a_phone(page: Page) -> None:
    page.set_content('<meta name="viewport" content="width=device-width"><h1 id="title">挂号</h1>')
    assert page.locator("#title").inner_text() == "挂号"
    assert page.evaluate("innerWidth") == PHONE["width"]
    assert "Chrome" in page.evaluate("navigator.userAgent")


def test_axe_names_a_barrier(page: Page, axe: str) -> None:
    page.set_content('<html lang="zh"><title>x</title><main><h1>x</h1><input></main></html>')
    page.evaluate(axe)
    found = page.evaluate("axe.run().then(result => result.violations.map(violation => violation.id))")
    assert "label" in found
