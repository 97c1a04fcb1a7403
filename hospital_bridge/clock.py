"""Time and ids, injected everywhere: nothing else may read the clock or make an id."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """The time as aware UTC."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""


class Ids(Protocol):
    """A source of ids that no one can guess and that sort by time."""

    def new(self) -> str:
        """A UUIDv7 (RFC 9562 section 5.7) as 32 lower-case hex digits."""

    def secret(self) -> str:
        """A URL-safe secret of 256 bits, for sessions and one-use states."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class RandomIds:
    """Ids from the operating system's randomness, in the order of `clock` and, within it, of their making."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = (0, 0)
        self._lock = Lock()

    def new(self) -> str:
        with self._lock:
            at = max(_milliseconds(self._clock.now()), self._last[0])
            # What is made within one millisecond still sorts as it was made (RFC 9562 section 6.2, method 2).
            in_a_row = at == self._last[0]
            randomness = self._last[1] + 1 + secrets.randbits(32) if in_a_row else secrets.randbits(73)
            self._last = (at, randomness)
        return _uuid7(at, randomness)

    def secret(self) -> str:
        return secrets.token_urlsafe(32)


def chance() -> float:
    """A number from 0 up to, but not including, 1, from the operating system's randomness."""
    return secrets.randbits(53) / (1 << 53)


def uuid7(at: datetime, randomness: int) -> str:
    """A UUIDv7 of the instant and 74 random bits, as 32 hex digits (RFC 9562 section 5.7)."""
    return _uuid7(_milliseconds(at), randomness)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _uuid7(milliseconds: int, randomness: int) -> str:
    high = (milliseconds << 16) | 0x7000 | (randomness >> 62)
    low = (0b10 << 62) | (randomness & ((1 << 62) - 1))
    return f"{(high << 64) | low:032x}"


def aware(instant: datetime) -> datetime:
    """The instant in UTC; a naive one is refused, for its zone could only be guessed."""
    if instant.tzinfo is None:
        raise ValueError(f"naive instant {instant.isoformat()}: give it a zone")
    return instant.astimezone(UTC)
