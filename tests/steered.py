"""A clock and ids that a test steers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock

from hospital_bridge.clock import uuid7


class FakeClock:
    """Stands still until a test moves it; sleeping moves it."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)) -> None:
        self._now = start
        self._lock = Lock()

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))

    def advance(self, by: timedelta) -> None:
        with self._lock:
            self._now += by


class CountedIds:
    """Ids in the order of their making, the same in every run."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._count = 0
        self._lock = Lock()

    def new(self) -> str:
        return uuid7(self._clock.now(), self._next())

    def secret(self) -> str:
        return f"secret-{self._next():06d}"

    def _next(self) -> int:
        with self._lock:
            self._count += 1
            return self._count
