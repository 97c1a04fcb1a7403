"""The steps of a patient at the pages; works with any bridge and any wallet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page


def agree_at_scripted_wallet(page: Page) -> None:
    """What the user does at the wallet of these tests."""
    page.click("#agree")


@dataclass
class PatientJourney:
    """One patient at one operator's pages.

    `at_wallet` does at the wallet's page what its user does, until the wallet sends them back.
    """

    page: Page
    base_url: str
    operator: str = "h1"
    language: str = "en"
    mode: str = "standard"
    at_wallet: Callable[[Page], None] = agree_at_scripted_wallet

    def open(self, path: str = "") -> PatientJourney:
        """Go to a page of the operator in the journey's language and mode."""
        mark = "&" if "?" in path else "?"
        self.page.goto(f"{self.base_url}/p/{self.operator}/{path}{mark}lang={self.language}&mode={self.mode}")
        return self

    def sign_in(self, then: str = "hospital/") -> PatientJourney:
        """Ask for a page, agree to every purpose, and come back from the wallet signed in."""
        self.open(then)
        for purpose in self.page.query_selector_all("input[type=checkbox]"):
            purpose.check()
        self.page.click("button[name=account]")
        self.at_wallet(self.page)
        self.page.wait_for_url(f"{self.base_url}/p/{self.operator}/**")
        return self

    def set_up_card(self) -> PatientJourney:
        """Bind the record number that the hospital knows, or have one created."""
        self.open("hospital/cards")
        self.page.click("main form button")
        self.page.wait_for_selector(".hb-tag_good")
        return self

    def choose_slot(self, department: int = 0, practitioner: int = 0) -> PatientJourney:
        """Department, practitioner and the first free time; ends at the page that asks whether all is right."""
        self.open("hospital/departments")
        self.page.locator("main .hb-cell").nth(department).click()
        self.page.locator("main .hb-cell").nth(practitioner).click()
        self.page.locator("a.hb-time").first.click()
        return self

    def book(self) -> str:
        """Say yes; returns the registration id."""
        self.page.click("main form button")
        self.page.wait_for_url("**/registrations/*")
        return self.page.url.split("?")[0].rsplit("/", 1)[1]

    def headline(self) -> str:
        """What the page says first."""
        return self.page.inner_text("main h1")

    def wait_for(self, words: str) -> PatientJourney:
        """Until the page says so by itself."""
        self.page.wait_for_selector(f"main h1:has-text('{words}')")
        return self

    def pay_link(self) -> str:
        """Where the wallet's payment sheet opens."""
        return self.page.get_attribute("main .hb-state a.weui-btn_primary", "href") or ""

    def cancel(self) -> PatientJourney:
        """Give the registration up."""
        self.page.click("main .weui-btn_warn")
        return self
