"""Paid registrations through all of it, over real sockets, beside the commits that they cannot do without.

Web form, hold, SRM^S01, the wallet's order, payment sheet, signed notice, settlement, DFT^P03. The bridge is
a process of its own; wallet, hospital and phones share another one and the same machine. The latencies are
read from the bridge's own rows, so that no phone's looking again adds to them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, select

from hospital_bridge.clock import SystemClock
from hospital_bridge.payment.flows.topics import FULFIL
from hospital_bridge.sandbox.stage import OPERATOR, Ports, Stage
from hospital_bridge.store.engine import enter, make_engine
from hospital_bridge.store.jobs import JOB
from hospital_bridge.store.payments import PAYMENT
from hospital_bridge.verticals.hospital.store.registrations import REGISTRATION
from tests.benchmarks.durable_commits import commits_per_registration, one_row_commits
from tests.benchmarks.patients import Patients
from tests.benchmarks.process_figures import processor_seconds
from tests.postgresql_server import APPLICATION_ROLE, OWNER_ROLE, TEMPLATE, running_server

Row = dict[str, object]
Urls = tuple[str, str]
"""Where the bridge logs in, and where its tables' owner does."""

_TIMES = {1: 6, 6: 5}
"""Patients at the same time -> registrations of each."""


def run() -> list[Row]:
    """Registrations/s; `ratio` is to the bound: bare one-row commits/s divided by the commits of one registration."""
    commits = commits_per_registration()
    rows = [_row("durable commits of one registration", commits, "commits")]
    for name, opened in DATABASES.items():
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as urls:
            rows += _measure(name, Path(folder), urls, commits)
    return rows


def _measure(database: str, folder: Path, urls: Urls, commits: float) -> list[Row]:
    clock = SystemClock()
    bound = one_row_commits(urls[1]) / commits
    rows = [_row(f"{database}: the bound", bound, "registrations/s", bound)]
    with Stage(folder, clock, charset="UNICODE UTF-8", ports=Ports(), database_urls=urls) as stage:
        patients = Patients(stage.window, clock)
        patients.arrive()
        for count, times in _TIMES.items():
            since, spent = clock.now(), processor_seconds(stage.process_id)
            rate = count * times / patients.register(times, count)
            spent = (processor_seconds(stage.process_id) - spent) / (count * times)
            name = f"{database}, {count} at a time"
            rows += [
                _row(f"{name}: paid registrations", rate, "registrations/s", bound),
                _row(f"{name}: processor time of one", spent * 1000, "ms"),
                *_latencies(name, urls[0], since),
            ]
    return rows


def _row(name: str, value: float, unit: str, bound: float | None = None) -> Row:
    against = {} if bound is None else {"ratio": round(value / bound, 3), "against": "the bound"}
    return {"name": name, "value": round(value, 2), "unit": unit, **against}


def _latencies(name: str, url: str, since: datetime) -> list[Row]:
    """From the hold to registered (wallet and patient included), and from the settled notice to registered."""
    legs = {"booked -> registered": REGISTRATION.c.created_at, "notice -> registered": JOB.c.created_at}
    rows: list[Row] = []
    for leg, begun in legs.items():
        taken = sorted(_taken(url, begun, since))
        for word, share in (("p50", 0.5), ("p99", 0.99)):
            value = taken[min(len(taken) - 1, int(len(taken) * share))]
            rows.append(_row(f"{name}: {leg}, {word} of {len(taken)}", value * 1000, "ms"))
    return rows


def _taken(url: str, begun: Column[datetime], since: datetime) -> Sequence[float]:
    engine = make_engine(url)
    statement = (
        select(PAYMENT.c.fulfilled_at, begun)
        .join(REGISTRATION, REGISTRATION.c.payment_id == PAYMENT.c.payment_id)
        .join(JOB, (JOB.c.ref == PAYMENT.c.payment_id) & (JOB.c.topic == FULFIL))
        .where(REGISTRATION.c.created_at >= since)
    )
    with engine.begin() as connection:
        enter(connection, OPERATOR)
        seconds = [(end - start).total_seconds() for end, start in connection.execute(statement)]
    engine.dispose()
    return seconds


@contextmanager
def _sqlite(folder: Path) -> Iterator[Urls]:
    url = f"sqlite:///{folder / 'bridge.db'}"
    yield url, url


@contextmanager
def _postgresql(_folder: Path) -> Iterator[Urls]:
    with running_server() as server:
        server.make_template()
        yield server.address(TEMPLATE, APPLICATION_ROLE), server.address(TEMPLATE, OWNER_ROLE)


DATABASES: dict[str, Callable[[Path], AbstractContextManager[Urls]]] = {"SQLite": _sqlite, "PostgreSQL": _postgresql}
