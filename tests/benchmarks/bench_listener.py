"""Messages through the listener, each durable before its answer, beside bare commits of one row in the same database.

Senders in closed loop, in a process of their own; the listener with the bridge's inbox is in this one: each message is
recognised, sealed and stored with the job that applies it. Beside it too a bare listener, which does nothing but commit
what comes as bare rows: what an event loop and the driver leave for everything that a good listener does.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from datetime import UTC
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, func, select

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.inbox import INBOX_MESSAGE
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.workers.hl7_inbox import Hl7Inbox, PeerRoute
from hospital_bridge.workers.listener import Listener
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from tests.benchmarks.bare_commits import Bare, postgresql_commits, sqlite_commits
from tests.benchmarks.bare_listener import BareListener, postgresql_batches, sqlite_batches
from tests.benchmarks.databases import DATABASES
from tests.postgresql_server import OWNER_ROLE

Row = dict[str, object]

CONNECTIONS = (1, 4, 16)
_SECONDS = 1.0
_ROUNDS = 3
OPERATOR = "h1"
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Measured:
    """One listener in one round: messages a second; processor time of a message and times to the answer in ms."""

    count: float
    rate: float
    processor: float
    median: float
    p99: float


@dataclass(frozen=True, slots=True)
class Round:
    """Bare commits a second and the median of one in ms, our listener, and the bare one."""

    commits: float
    one: float
    ours: Measured
    least: Measured


def run() -> list[Row]:
    """Medians of interleaved rounds; `ratio` is to bare commits by as many clients, and of times to one such commit."""
    gc.collect()
    gc.freeze()  # as `hospital-bridge serve` does
    return [row for name, opened in DATABASES.items() for row in _measure(name, opened)]


def _measure(database: str, opened: Callable[[], AbstractContextManager[Engine]]) -> Iterator[Row]:
    with opened() as engine:
        bare, store = _bare(engine), _store(engine)
        bare(1, _SECONDS)  # which makes the table that the bare listener fills
        listeners = (partial(_listener, Hl7Inbox(store, {"his": PeerRoute(OPERATOR, UTC)})), _bare_listener(engine))
        answered = 0.0
        for connections in CONNECTIONS:
            rounds: list[Round] = []
            for _ in range(_ROUNDS):
                ours, least = (_through(listener(), connections) for listener in listeners)
                rounds.append(Round(*bare(connections, _SECONDS), ours, least))
                answered += ours.count
            yield from _rows(f"{database}, {connections} at a time", rounds)
        if (kept := _kept(store)) != answered:
            raise RuntimeError(f"{answered} messages were answered and {kept} stored")


def _rows(name: str, rounds: Sequence[Round]) -> Iterator[Row]:
    commits, one = (statistics.median(getattr(each, figure) for each in rounds) for figure in ("commits", "one"))
    ours, least = _median([each.ours for each in rounds]), _median([each.least for each in rounds])
    figures = (
        ("bare commits", "commits/s", commits, commits, "bare commits"),
        ("messages", "messages/s", ours.rate, commits, "bare commits"),
        ("messages of a bare listener", "messages/s", least.rate, commits, "bare commits"),
        ("messages of ours", "messages/s", ours.rate, least.rate, "a bare listener"),
        ("processor time of a message", "ms", ours.processor, least.processor, "a bare listener"),
        ("answer, median", "ms", ours.median, one, "one bare commit"),
        ("answer, p99", "ms", ours.p99, one, "one bare commit"),
        ("answer of a bare listener, p99", "ms", least.p99, one, "one bare commit"),
    )
    for what, unit, value, against, named in figures:
        row: Row = {"name": f"{name}: {what}", "value": round(value, 3 if unit == "ms" else 0), "unit": unit}
        yield row | ({"ratio": round(value / against, 2), "against": named} if against else {})


def _median(measured: Sequence[Measured]) -> Measured:
    """Of each figure its median."""
    return Measured(*(statistics.median(getattr(each, field.name) for each in measured) for field in fields(Measured)))


def _bare(engine: Engine) -> Bare:
    return sqlite_commits(_apart(engine)) if engine.dialect.name == "sqlite" else postgresql_commits(_owners(engine))


def _bare_listener(engine: Engine) -> Callable[[], BareListener]:
    is_sqlite = engine.dialect.name == "sqlite"
    return partial(BareListener, sqlite_batches(_apart(engine)) if is_sqlite else postgresql_batches(_owners(engine)))


def _apart(engine: Engine) -> Path:
    return Path(f"{engine.url.database}.bare")


def _owners(engine: Engine) -> str:
    return engine.url.set(username=OWNER_ROLE).render_as_string(hide_password=False)


def _store(engine: Engine) -> Store:
    store = Store(engine, None, RandomIds(SystemClock()), RootKeys(bytes(range(32))))
    with store.begin(OPERATOR) as work:
        work.operators.register("Hospital")
    return store


def _kept(store: Store) -> int:
    with store.read(OPERATOR) as work:
        return int(work.connection.execute(select(func.count()).select_from(INBOX_MESSAGE)).scalar_one())


def _listener(inbox: Hl7Inbox) -> Listener:
    return Listener(ListenerSettings("127.0.0.1", 0, (Peer("his", max_connections=64),)), inbox, SystemClock())


def _through(listener: Listener | BareListener, connections: int) -> Measured:
    port = listener.start()
    try:
        before = time.process_time()
        command = [sys.executable, "-m", "tests.benchmarks.mllp_load", str(port), str(connections), str(_SECONDS)]
        told = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout.split()
        count, seconds, median, p99 = map(float, told)
        return Measured(round(count), count / seconds, (time.process_time() - before) / count * 1000, median, p99)
    finally:
        listener.stop()
