"""A worker's name, which one living process holds at a time; whoever dies lets go of it at once.

Held by the operating system or the database server, not by a row: a row outlives the process that wrote it, and
whoever reads it must guess from its age whether somebody is still there.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from threading import Event
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from hospital_bridge.errors import BridgeError

PATIENCE_SECONDS = 20.0
"""Longer than a PostgreSQL server takes to notice that a holder's machine is gone."""

LOOK_SECONDS = 0.2

_KEEPALIVE = ("tcp_keepalives_idle = 5", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 2")


class Hold(Protocol):
    """A lock that ends with its process."""

    def take(self) -> bool:
        """Whether it is ours now, or was already; False while somebody else has it."""

    def release(self) -> None:
        """Let go; harmless when it is not held."""


class WorkerName:
    """One worker's name on one database, across all machines that share it."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._name = name
        self._hold: Hold = _held_by(engine, name)

    def take(self, patience: float = PATIENCE_SECONDS) -> None:
        """Hold the name, or wait for that many seconds for its holder to end; HB-D005 when it does not."""
        pause = Event()
        for _ in range(int(patience / LOOK_SECONDS) + 1):
            if self._hold.take():
                return
            pause.wait(LOOK_SECONDS)
        raise BridgeError("HB-D005", self._name)

    def keep(self) -> None:
        """Take the name again should the database have restarted; HB-D005 when somebody was faster."""
        self.take(patience=0)

    def release(self) -> None:
        """Let the next process have the name."""
        self._hold.release()


class _FileHold:
    """SQLite: an exclusive transaction on a file beside the database, which the kernel ends with the process."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def take(self) -> bool:
        if self._connection is not None:
            return True
        connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            connection.close()
            return False
        self._connection = connection
        return True

    def release(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _ServerHold:
    """PostgreSQL: a session's advisory lock, which the server ends with the connection."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._key = f"hospital_bridge worker {name}"
        self._connection: Connection | None = None

    def take(self) -> bool:
        if self._connection is not None and self._still_there(self._connection):
            return True
        self.release()
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        for setting in _KEEPALIVE:
            connection.execute(text(f"SET {setting}"))
        taking: Any = text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))").bindparams(key=self._key)
        taken = bool(connection.execute(taking).scalar_one())
        self._connection = connection
        if not taken:
            self.release()
        return taken

    def release(self) -> None:
        if self._connection is not None:
            # The session holds the lock, so it must not go back to the pool.
            with suppress(DBAPIError):
                self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _still_there(self, connection: Connection) -> bool:
        try:
            connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True


class _NoHold:
    """A database in memory has no second process."""

    def take(self) -> bool:
        return True

    def release(self) -> None:
        return


def _held_by(engine: Engine, name: str) -> Hold:
    if engine.dialect.name != "sqlite":
        return _ServerHold(engine, name)
    path = engine.url.database
    if not path or path == ":memory:":
        return _NoHold()
    return _FileHold(f"{path}.worker-{quote(name, safe='')}")
