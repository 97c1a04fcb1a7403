"""The screens of the hall as browsers: enrolled with a code, as whoever mounts them does it."""

from __future__ import annotations

from playwright.sync_api import Page, ViewportSize

from hospital_bridge.store.devices import DeviceKind, Devices
from tests.web.site_kit import SiteKit

BOARD = ViewportSize(width=1920, height=1080)
KIOSK = ViewportSize(width=1280, height=1024)
SHOWN = {DeviceKind.BOARD: ".hb-board", DeviceKind.KIOSK: "#code[data-code]"}
"""What tells that the screen shows what it is there for."""


def hang_up(page: Page, base_url: str, kit: SiteKit, kind: DeviceKind, *place: str, language: str = "zh-CN") -> Page:
    """The page of a new screen of h1, which shows from now on what such a screen is there for."""
    with kit.site.store.begin("h1") as work:
        _, code = Devices(work).add(kind, "3 层候诊区", place)
    page.goto(f"{base_url}/device/h1/?lang={language}")
    page.fill("#code", code)
    page.click("main form button")
    page.wait_for_selector(SHOWN[kind])
    return page
