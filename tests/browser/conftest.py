"""A real Chromium for the pages: the machine's own, or Playwright's; without any the tests fail and say why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, ViewportSize, sync_playwright

from tests.architecture.tree import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",  # tests may run as root, where Chromium refuses its sandbox; they open pages of ours only
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
PHONE: ViewportSize = {"width": 375, "height": 812}
"""The screen that patient pages are laid out for, in CSS pixels."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        own = next((found for name in NAMES if (found := shutil.which(name))), None)
        try:
            started = playwright.chromium.launch(executable_path=own, args=ARGUMENTS)
        except Error as error:
            raise RuntimeError(
                f"no Chromium starts on this machine ({own or 'none of ' + ', '.join(NAMES)} on the PATH): "
                f"install one, or run `.venv/bin/playwright install chromium`. {error.message}"
            ) from error
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a phone's size whose errors fail the test that made them."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(error.message))
    yield opened
    context.close()
    assert errors == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which finds barriers to people with disabilities; `make pages` installs it."""
    return (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
