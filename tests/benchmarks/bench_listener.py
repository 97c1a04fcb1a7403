"""Messages through the listener, each durable before its answer, beside bare commits of one row in the same database.

Senders in closed loop, in a process of their own; the listener with the bridge's inbox is in this one: each message is
recognised, sealed and stored with the job that applies it.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC
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
    """One round: messages a second, processor time of this process a message, times to the answer; all in ms."""

    count: int
    rate: float
    processor: float
    median: float
    p99: float


def run() -> list[Row]:
    """Medians of interleaved rounds; `ratio` is to bare commits by as many clients, and of times to one such commit."""
    gc.collect()
    gc.freeze()  # as `hospital-bridge serve` does
    return [row for name, opened in DATABASES.items() for row in _measure(name, opened)]


def _measure(database: str, opened: Callable[[], AbstractContextManager[Engine]]) -> Iterator[Row]:
    with opened() as engine:
        bare, store = _bare(engine), _store(engine)
        inbox = Hl7Inbox(store, {"his": PeerRoute(OPERATOR, UTC)})
        answered = 0
        for connections in CONNECTIONS:
            rounds = [(bare(connections, _SECONDS), _through_listener(inbox, connections)) for _ in range(_ROUNDS)]
            answered += sum(listened.count for _, listened in rounds)
            yield from _rows(f"{database}, {connections} at a time", rounds)
        if (kept := _kept(store)) != answered:
            raise RuntimeError(f"{answered} messages were answered and {kept} stored")


def _rows(name: str, rounds: Sequence[tuple[tuple[float, float], Measured]]) -> Iterator[Row]:
    commits, one = (statistics.median(figure) for figure in zip(*(bare for bare, _ in rounds), strict=True))
    ours = [listened for _, listened in rounds]
    figures = (
        ("bare commits", "commits/s", commits, commits, "bare commits"),
        ("messages", "messages/s", statistics.median(each.rate for each in ours), commits, "bare commits"),
        ("processor time of a message", "ms", statistics.median(each.processor for each in ours), None, None),
        ("answer, median", "ms", statistics.median(each.median for each in ours), one, "one bare commit"),
        ("answer, p99", "ms", statistics.median(each.p99 for each in ours), one, "one bare commit"),
    )
    for what, unit, value, against, named in figures:
        row: Row = {"name": f"{name}: {what}", "value": round(value, 3 if unit == "ms" else 0), "unit": unit}
        yield row | ({"ratio": round(value / against, 2), "against": named} if against else {})


def _bare(engine: Engine) -> Bare:
    if engine.dialect.name == "sqlite":
        return sqlite_commits(Path(f"{engine.url.database}.bare"))
    return postgresql_commits(engine.url.set(username=OWNER_ROLE).render_as_string(hide_password=False))


def _store(engine: Engine) -> Store:
    store = Store(engine, None, RandomIds(SystemClock()), RootKeys(bytes(range(32))))
    with store.begin(OPERATOR) as work:
        work.operators.register("Hospital")
    return store


def _kept(store: Store) -> int:
    with store.read(OPERATOR) as work:
        return int(work.connection.execute(select(func.count()).select_from(INBOX_MESSAGE)).scalar_one())


def _through_listener(inbox: Hl7Inbox, connections: int) -> Measured:
    settings = ListenerSettings("127.0.0.1", 0, (Peer("his", max_connections=64),))
    listener = Listener(settings, inbox, SystemClock())
    port = listener.start()
    try:
        before = time.process_time()
        command = [sys.executable, "-m", "tests.benchmarks.mllp_load", str(port), str(connections), str(_SECONDS)]
        told = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout.split()
        count, seconds, median, p99 = map(float, told)
        return Measured(round(count), count / seconds, (time.process_time() - before) / count * 1000, median, p99)
    finally:
        listener.stop()
