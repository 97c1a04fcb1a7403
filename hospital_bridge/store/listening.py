"""Hears on PostgreSQL that another process added a job."""

from __future__ import annotations

from threading import Event
from typing import Any

from sqlalchemy import Engine

from hospital_bridge.store.signal import CHANNEL, Signals

LOOK_SECONDS = 1.0


def listen(engine: Engine, signals: Signals, stopping: Event) -> None:
    """Hear every notice until stopped; on SQLite there is nothing to hear and it returns at once."""
    if engine.dialect.name != "postgresql":
        return
    connection = engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        driver.autocommit = True
        driver.execute(f"LISTEN {CHANNEL}")
        while not stopping.is_set():
            for notice in driver.notifies(timeout=LOOK_SECONDS, stop_after=1):
                signals.hear(notice.payload)
    finally:
        # It listens, so it must not go back to the pool.
        connection.invalidate()
