"""The wake-up of workers: inside a process by a counter, across processes by PostgreSQL's NOTIFY."""

from __future__ import annotations

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


def announcing(connection: Connection) -> str:
    """What the insertion of one row ends with to do the same in one statement with it."""
    return f"RETURNING pg_notify('{CHANNEL}', '')" if connection.dialect.name == "postgresql" else ""


def announce(connection: Connection) -> None:
    """Tell the other processes when this transaction commits; SQLite has no such thing and they look by themselves."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")
