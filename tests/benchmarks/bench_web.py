"""What a page weighs and how fast pages are answered; over a scripted hospital, so that only the pages are measured."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from flask.testing import FlaskClient

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.migrations.runner import migrate
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.app import create_app
from tests.web.site_kit import make_kit
from tests.web.visitor import get, sign_in

Row = dict[str, object]

SECONDS = 1.5
BUDGET_KB = 50
PAGES = {
    "home": "/p/h1/hospital/",
    "times to choose from": "/p/h1/hospital/departments/CARD/P01",
    "waiting page": "/p/h1/hospital/cards/wait",
}


def run() -> list[Row]:
    """Kilobytes of a first visit against the budget of 50; replies/s of one thread without network."""
    with patient() as browser:
        return [*_weights(browser), *_rates(browser)]


@contextmanager
def patient() -> Iterator[FlaskClient]:
    """A signed-in patient at a site on the embedded database."""
    with tempfile.TemporaryDirectory() as folder:
        clock = SystemClock()
        engine = make_engine(f"sqlite:///{Path(folder) / 'bridge.db'}")
        migrate(engine)
        store = Store(engine, clock, RandomIds(clock), RootKeys(current=bytes(range(32))))
        for operator_id in ("h1", "h2"):
            with store.begin(operator_id) as work:
                work.operators.register(operator_id)
        browser = create_app(make_kit(store, clock, RandomIds(clock)).site).test_client()
        sign_in(browser, "h1")
        yield browser
        engine.dispose()


def _weights(browser: FlaskClient) -> Iterator[Row]:
    for name, path in PAGES.items():
        page = get(browser, path)
        files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
        cold = len(page.data) + sum(len(get(browser, file, **{"Accept-Encoding": "gzip"}).data) for file in files)
        for kind, size in (("cold", cold), ("warm", len(page.data))):
            row: Row = {"name": f"{name}, {kind}", "value": round(size / 1024, 1), "unit": "KB"}
            yield row | {"ratio": round(size / 1024 / BUDGET_KB, 2), "against": "budget of 50 KB"}


def _rates(browser: FlaskClient) -> Iterator[Row]:
    waiting = PAGES["waiting page"]
    tag = get(browser, waiting).headers["ETag"]
    asked: dict[str, Callable[[], int]] = {
        "alive": lambda: get(browser, "/live").status_code,
        "home": lambda: get(browser, PAGES["home"]).status_code,
        "nothing has changed (304)": lambda: get(browser, waiting, **{"If-None-Match": tag}).status_code,
    }
    rates = {name: _rate(ask) for name, ask in asked.items()}
    for name, rate in rates.items():
        row: Row = {"name": name, "value": round(rate), "unit": "replies/s"}
        yield row | {"ratio": round(rate / rates["alive"], 2), "against": "the least that the framework can do"}


def _rate(ask: Callable[[], int]) -> float:
    count, start = 0, perf_counter()
    while (spent := perf_counter() - start) < SECONDS:
        ask()
        count += 1
    return count / spent
