"""Money at the database: a verified notice until it is settled, and the page of a payment, over real sockets.

Counted, and timed in turn with what nothing can do without: one bare commit of one row beside the notice, two bare
`SELECT 1`, each in a transaction of its own, beside the page.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.request import Request, urlopen

from sqlalchemy import Engine, text

from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from hospital_bridge.store.engine import make_engine
from tests.benchmarks.bench_registrations import DATABASES
from tests.database_trips import Trips, counted
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge, steered_bridge
from tests.journeys.test_too_late import pay_behind_the_bridge

Row = dict[str, object]


class Measured(NamedTuple):
    """What went to the database, and how many seconds that and the bare statements took."""

    trips: Trips
    ours: float
    theirs: float


_NOTICES, _PAGES = 12, 60
_WANTED = 2
"""Commits of a settlement, and round trips of a page."""


def run() -> list[Row]:
    """`ratio` of a count is to what is wanted, of a time to the bare statements of the same minutes."""
    rows: list[Row] = []
    for name, opened in DATABASES.items():
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as urls:
            bare = make_engine(urls[1])
            with bare.begin() as connection:
                connection.execute(text("CREATE TABLE bench_row (id INTEGER)"))
            with steered_bridge(Path(folder), urls) as steered:
                rows += _measure(name, steered, bare)
            bare.dispose()
    return rows


def _measure(database: str, steered: SteeredBridge, bare: Engine) -> list[Row]:
    shown, settled = _pages(steered, bare), _notices(steered, bare)
    statements = max(one.trips.statements for one in shown)
    return [
        _count(f"{database}: lasting commits of a settled notice", max(one.trips.lasting for one in settled)),
        _time(f"{database}: a notice until it is answered, p50", settled, "one bare commit"),
        _count(f"{database}: transactions of a payment's page", max(one.trips.looks for one in shown)),
        {"name": f"{database}: statements in them", "value": statements, "unit": ""},
        _time(f"{database}: a payment's page, p50", shown, "two bare looks"),
    ]


def _pages(steered: SteeredBridge, bare: Engine) -> list[Measured]:
    phone = steered.newcomers.ready_phone()
    page = phone.wait_for(phone.book(OPHTHALMOLOGY), "awaiting")
    return [_measured(steered, partial(phone.look, page), partial(_bare_looks, bare)) for _ in range(_PAGES)]


def _notices(steered: SteeredBridge, bare: Engine) -> list[Measured]:
    told = []
    for _ in range(_NOTICES):
        phone = steered.newcomers.ready_phone()
        page = phone.wait_for(phone.book(OPHTHALMOLOGY), "awaiting")
        pay_behind_the_bridge(steered, page)
        told.append(_measured(steered, partial(_tell, _notice(steered)), partial(_bare_commit, bare)))
        steered.work()
    return told


def _measured(steered: SteeredBridge, ours: Callable[[], object], theirs: Callable[[], object]) -> Measured:
    with counted(steered.bridge.store.engine) as trips:
        took = _seconds(ours)
    return Measured(trips, took, _seconds(theirs))


def _notice(steered: SteeredBridge) -> Request:
    address = f"{steered.bridge.settings.bridge.public_url}/callbacks/v1/{OPERATOR}/main"
    outbox = steered.town.wallet.outbox
    return Request(address, data=outbox.body(outbox.notices[-1]))


def _tell(notice: Request) -> None:
    with urlopen(notice, timeout=20) as reply:
        assert reply.read() == b"success"


def _bare_commit(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO bench_row VALUES (1)"))


def _bare_looks(engine: Engine) -> None:
    for _ in range(_WANTED):
        with engine.begin() as connection:
            connection.execute(text("SELECT 1"))


def _seconds(done: Callable[[], object]) -> float:
    begun = time.perf_counter()
    done()
    return time.perf_counter() - begun


def _count(name: str, value: int) -> Row:
    wanted = {"ratio": round(value / _WANTED, 2), "against": f"{_WANTED} wanted"}
    return {"name": name, "value": value, "unit": "", **wanted}


def _time(name: str, measured: Sequence[Measured], against: str) -> Row:
    ours, bare = (statistics.median(times) for times in zip(*(each[1:] for each in measured), strict=True))
    return {
        "name": name,
        "value": round(ours * 1000, 2),
        "unit": "ms",
        "ratio": round(ours / bare, 1),
        "against": against,
    }
