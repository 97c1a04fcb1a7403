"""Pictures of results: as a patient reads them, in standard and care mode, and as a doctor in a hurry does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from hospital_bridge.store.staff import RoleGrant
from tests.browser.conftest import DESK
from tests.browser.journey import PatientJourney
from tests.browser.test_staff_pages import sign_in
from tests.web.scripted_results import CRITICAL, PARKED, REPORTS, TREND_ADDRESS
from tests.web.site_kit import SiteKit


@pytest.mark.parametrize("mode", ["standard", "care"])
def test_the_patients_pages(base_url: str, browser_page: Page, mode: str, picture: Callable[[Page, str], None]) -> None:
    journey = PatientJourney(browser_page, base_url, mode=mode).sign_in().set_up_card()
    journey.open("hospital/results")
    picture(browser_page, f"results-list-{mode}")
    for report_id, shown in REPORTS.items():
        journey.open(f"hospital/results/{report_id}")
        assert browser_page.get_attribute("[data-word]", "data-word") == shown.word
        assert (browser_page.locator(".hb-values tbody tr").count() > 0) == bool(shown.values)
        picture(browser_page, f"result-{shown.word}-{mode}")
    journey.open(TREND_ADDRESS)
    assert browser_page.locator(".hb-values tbody tr").count() == browser_page.locator("circle").count() == 4
    picture(browser_page, f"result-trend-{mode}")


def test_the_clinicians_console(
    base_url: str, kit: SiteKit, new_context: Callable[..., BrowserContext], picture: Callable[[Page, str], None]
) -> None:
    kit.add_staff("h1", "wang", RoleGrant("clinician"), RoleGrant("records"))
    page = new_context(DESK).new_page()
    sign_in(page, base_url)
    page.click("nav >> text=危急值")
    picture(page, "clinic-critical")
    page.click(f"a[href$='critical/{CRITICAL}'] >> nth=0")
    picture(page, "clinic-acknowledge")
    page.click("main form button")
    assert page.url.endswith(CRITICAL), "nothing is sent before an action is chosen and the value is typed"
    page.check("input[value=call_in]")
    page.fill("#read_back", "6.8")
    page.click("main form button")
    page.wait_for_url("**/critical")
    page.click("nav >> text=待认领报告")
    picture(page, "records-parked")
    page.click(f"a[href$='parked/{PARKED}'] >> nth=0")
    picture(page, "records-decide")
