"""Time and ids, injected everywhere: nothing else may read the clock or make an id."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
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
    """Ids from the operating system's randomness, in the order of `clock`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self) -> str:
        return uuid7(self._clock.now(), secrets.randbits(74))

    def secret(self) -> str:
        return secrets.token_urlsafe(32)


def chance() -> float:
    """A number from 0 up to, but not including, 1, from the operating system's randomness."""
    return secrets.randbits(53) / (1 << 53)


def uuid7(at: datetime, randomness: int) -> str:
    """A UUIDv7 of the instant and 74 random bits, as 32 hex digits (RFC 9562 section 5.7)."""
    milliseconds = int(at.timestamp() * 1000)
    high = (milliseconds << 16) | 0x7000 | (randomness >> 62)
    low = (0b10 << 62) | (randomness & ((1 << 62) - 1))
    return f"{(high << 64) | low:032x}"


def aware(instant: datetime) -> datetime:
    """The instant in UTC; a naive one is refused, for its zone could only be guessed."""
    if instant.tzinfo is None:
        raise ValueError(f"naive instant {instant.isoformat()}: give it a zone")
    return instant.astimezone(UTC)
