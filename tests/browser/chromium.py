"""A real Chromium, the machine's own or Playwright's; and axe-core, which finds barriers to disabled people."""

from __future__ import annotations

import shutil
from typing import Any

from playwright.sync_api import Browser, Error, Page, Playwright

from tests.architecture.tree import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",  # tests may run as root, where Chromium refuses its sandbox; they open pages of ours only
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def start(playwright: Playwright) -> Browser:
    """A running browser; RuntimeError saying what to install where there is none, for a page test is never skipped."""
    own = next((found for name in NAMES if (found := shutil.which(name))), None)
    try:
        return playwright.chromium.launch(executable_path=own, args=ARGUMENTS)
    except Error as error:
        raise RuntimeError(
            f"no Chromium starts on this machine ({own or 'none of ' + ', '.join(NAMES)} on the PATH): "
            f"install one, or run `.venv/bin/playwright install chromium`. {error.message}"
        ) from error


def barriers(page: Page, standard: str = "wcag22aa") -> list[str]:
    """Where axe-core sees the page break WCAG 2.2 AA: the rule and the element; `make pages` installs axe-core."""
    page.wait_for_load_state()  # a click that led here may have been answered and not yet read
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", standard]
    page.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate("tags => axe.run({runOnly: tags}).then(run => run.violations)", tags)
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]
