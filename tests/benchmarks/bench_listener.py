"""Messages through the listener, each durable in SQLite before its answer, beside what the disk alone allows.

Once into a bare table, which is the listener's own speed, and once into the bridge's inbox: recognised, sealed, and
with the job that applies it.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select

from adapters.hl7.ack import Stamp, decide_ack
from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.inbox import INBOX_MESSAGE
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.migrations.runner import migrate
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.workers.hl7_inbox import Hl7Inbox, PeerRoute
from hospital_bridge.workers.listener import Listener
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from hospital_bridge.workers.received import Received

Row = dict[str, object]

_SECONDS = 0.4
_ROUNDS = 3
_COMMITS = "SQLite one-row commit, WAL, synchronous FULL"
_RAW = b"x" * 1200
_ROOT = Path(__file__).parents[2]


def run() -> list[Row]:
    """Rates in closed loop, medians of interleaved rounds; `ratio` is to one-row commits of that size by one writer."""
    rates: dict[str, list[float]] = {name: [] for name in _MEASURES}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(_ROUNDS):
            for number, (name, (measure, _)) in enumerate(_MEASURES.items()):
                rates[name].append(measure(Path(folder, f"{turn}-{number}")))
    commits = statistics.median(rates[_COMMITS])
    return [_row(name, statistics.median(each), _MEASURES[name][1], commits) for name, each in rates.items()]


def _row(name: str, rate: float, unit: str, commits: float) -> Row:
    return {
        "name": name,
        "value": round(rate),
        "unit": unit,
        "ratio": round(rate / commits, 2),
        "against": "one-row commits",
    }


class Inbox(Protocol):
    """Where the messages of one measurement go."""

    def __call__(self, batch: Sequence[Received]) -> Sequence[bytes]: ...

    def count(self) -> int:
        """How many messages are there."""

    def close(self) -> None:
        """Let go of the database."""


class BridgeInbox:
    """The bridge's own, in an empty database."""

    def __init__(self, path: Path) -> None:
        self._engine = make_engine(f"sqlite:///{path}")
        migrate(self._engine)
        self._store = Store(self._engine, None, RandomIds(SystemClock()), RootKeys(bytes(range(32))))
        with self._store.begin("h1") as work:
            work.operators.register("Hospital")
        self._inbox = Hl7Inbox(self._store, {"his": PeerRoute("h1", UTC)})

    def __call__(self, batch: Sequence[Received]) -> Sequence[bytes]:
        return self._inbox(batch)

    def count(self) -> int:
        with self._store.read("h1") as work:
            return int(work.connection.execute(select(func.count()).select_from(INBOX_MESSAGE)).scalar_one())

    def close(self) -> None:
        self._engine.dispose()


class BareTable:
    """The least durable store there can be: one table, one commit a batch."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("CREATE TABLE inbox (id INTEGER PRIMARY KEY, peer TEXT, raw BLOB, ack BLOB)")

    def __call__(self, batch: Sequence[Received]) -> Sequence[bytes]:
        answers = [_accept(received) for received in batch]
        rows = [(received.peer, received.raw, ack) for received, ack in zip(batch, answers, strict=True)]
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("INSERT INTO inbox (peer, raw, ack) VALUES (?, ?, ?)", rows)
        self._database.execute("COMMIT")
        return answers

    def insert(self, raw: bytes) -> None:
        """One row in one commit."""
        self._database.execute("INSERT INTO inbox (peer, raw, ack) VALUES ('his', ?, ?)", (raw, raw[:100]))

    def count(self) -> int:
        """How many rows are there."""
        return int(self._database.execute("SELECT count(*) FROM inbox").fetchone()[0])

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _accept(received: Received) -> bytes:
    stamp = Stamp(f"{received.received_at:%Y%m%d%H%M%S%f}", received.received_at, UTC)
    return decide_ack(received.raw, stored=True, stamp=stamp).body


def _through_listener(kind: Callable[[Path], Inbox], connections: int, database: Path) -> float:
    settings = ListenerSettings("127.0.0.1", 0, (Peer("his", max_connections=64),))
    with closing(kind(database)) as inbox:
        listener = Listener(settings, inbox, SystemClock())
        port = listener.start()
        try:
            answered, seconds = _load(port, connections)
        finally:
            listener.stop()
        if inbox.count() != answered:
            raise RuntimeError(f"{answered} messages were answered and {inbox.count()} stored")
    return answered / seconds


def _load(port: int, connections: int) -> tuple[int, float]:
    command = [sys.executable, "-m", "tests.benchmarks.mllp_load", str(port), str(connections), str(_SECONDS)]
    printed = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout.split()
    return int(printed[0]), float(printed[1])


def _bare_commits(database: Path) -> float:
    with closing(BareTable(database)) as inbox:
        return _rate(lambda: inbox.insert(_RAW))


def _bare_syncs(path: Path) -> float:
    with path.open("wb", buffering=0) as file:
        return _rate(lambda: _write_and_sync(file.fileno()))


def _write_and_sync(descriptor: int) -> None:
    os.write(descriptor, _RAW)
    os.fsync(descriptor)


def _rate(act: Callable[[], None]) -> float:
    count = 0
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < _SECONDS:
        act()
        count += 1
    return count / spent


_MEASURES: dict[str, tuple[Callable[[Path], float], str]] = {
    _COMMITS: (_bare_commits, "commits/s"),
    "write 1.2 KB and fsync": (_bare_syncs, "writes/s"),
    **{
        f"listener, {where}, {connections} at a time": (
            partial(_through_listener, kind, connections),
            "messages/s",
        )
        for where, kind in (("a bare table", BareTable), ("the bridge's inbox", BridgeInbox))
        for connections in (1, 4, 16)
    },
}
