"""The wake-up of workers: inside a process by a counter, across processes by PostgreSQL's NOTIFY."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from threading import Condition

from sqlalchemy import Connection

CHANNEL = "hb_job"


class Signal:
    """Counts what was announced; a waiter that knows the count misses nothing between two looks."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._count = 0

    @property
    def count(self) -> int:
        """How often the signal was fired."""
        return self._count

    def fire(self) -> None:
        """Wake every waiter."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait_beyond(self, seen: int, seconds: float) -> None:
        """Return when the count has passed `seen`, or after that many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._count > seen, timeout=seconds)


class Signals:
    """A signal for each lane: whoever works in one is not woken for another's sake."""

    def __init__(self, lanes: Iterable[str]) -> None:
        self._lanes = {str(lane): Signal() for lane in lanes}
        self._origin = secrets.token_hex(8)

    def __getitem__(self, lane: str) -> Signal:
        return self._lanes[lane]

    def fire(self) -> None:
        """Wake every waiter of every lane."""
        for signal in self._lanes.values():
            signal.fire()

    def hear(self, told: str) -> None:
        """Wake whom another process announced work to; what this one announced woke them at its commit."""
        lane, _, origin = told.partition(" ")
        if origin != self._origin:
            self._lanes.get(lane, self).fire()

    def announcing(self, connection: Connection, lane: str) -> str:
        """What the insertion of one row ends with to `announce` in one statement with it."""
        return f"RETURNING pg_notify('{CHANNEL}', '{self.told(lane)}')" if _can_tell(connection) else ""

    def announce(self, connection: Connection, lane: str) -> None:
        """Tell the other processes when this transaction commits; on SQLite they look by themselves."""
        if _can_tell(connection):
            connection.exec_driver_sql(f"NOTIFY {CHANNEL}, '{self.told(lane)}'")

    def told(self, lane: str) -> str:
        """What the other processes are told."""
        return f"{lane} {self._origin}"


def _can_tell(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
