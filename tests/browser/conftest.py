"""A real Chromium before a running site, with a wallet of its own at another origin."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from adapters.hl7.build import UTF_8
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.stage import Ports, Stage
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.store import metadata
from hospital_bridge.web.app import create_app
from tests.browser.chromium import start
from tests.browser.hospital_day import HospitalDay, open_day
from tests.browser.scripted_wallet_pages import make_wallet_pages
from tests.fixtures_store import OPERATORS, Database
from tests.steered import CountedIds, FakeClock
from tests.web.site_kit import SiteKit, make_kit

PHONE = ViewportSize(width=375, height=812)
DESK = ViewportSize(width=1366, height=768)
IMAGES = "SCREENSHOTS"
"""Environment variable: the folder into which pictures of the pages are written, such as docs/images."""


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """The embedded default is enough here: what differs by database is tested without a browser."""
    path = tmp_path / "bridge.db"
    shutil.copyfile(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    clock = FakeClock()
    for operator_id in OPERATORS:
        with Store(engine, clock, CountedIds(clock)).begin(operator_id) as work:
            work.operators.register(f"Hospital {operator_id}")
    whole = Database("sqlite", engine, engine)
    whole.add_tables(metadata)
    yield whole
    engine.dispose()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The machine's Chromium, or the one that Playwright brought; `make test` sees to one (.ci/find-browser)."""
    browser = start(playwright)
    yield browser
    browser.close()


@contextmanager
def serving(app: Any, port: int = 0) -> Iterator[str]:
    """The application on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:  # a test that fails in its midst would else leave a thread that keeps the whole run from ending
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def wallet_address() -> Iterator[str]:
    with serving(make_wallet_pages()) as address:
        yield address


@pytest.fixture
def free_port() -> int:
    """The site must know its public address before it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def kit(store: Store, clock: FakeClock, ids: CountedIds, wallet_address: str, free_port: int) -> SiteKit:
    return make_kit(
        store,
        clock,
        ids,
        public_url=f"http://127.0.0.1:{free_port}",
        wallet_page=f"{wallet_address}/authorise",
        pay_page=f"{wallet_address}/pay",
    )


@pytest.fixture
def day(kit: SiteKit) -> HospitalDay:
    """The day of the visit at h1, with the real pages of it."""
    return open_day(kit)


@pytest.fixture
def base_url(kit: SiteKit, free_port: int) -> Iterator[str]:
    with serving(create_app(kit.site), free_port) as address:
        yield address


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A bridge as it is installed, with a wallet and a hospital of its own."""
    with Stage(tmp_path_factory.mktemp("stage"), SystemClock(), charset=UTF_8, ports=Ports()) as standing:
        yield standing


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser profiles; all are closed at the end."""
    opened: list[BrowserContext] = []

    def make(viewport: ViewportSize = PHONE, **options: Any) -> BrowserContext:
        context = chromium.new_context(viewport=viewport, **options)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def browser_page(new_context: Callable[..., BrowserContext]) -> Page:
    """A phone's page in which any script or policy error fails the test that watches it."""
    return new_context().new_page()


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Page, str], None]:
    """Takes a picture of a page under a name."""
    folder = Path(os.environ.get(IMAGES) or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    return take
