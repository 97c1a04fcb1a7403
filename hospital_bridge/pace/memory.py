"""What the hospital said a moment ago: who asks the same meanwhile waits for that answer, and who comes after reads it.

Nothing is held, priced or booked from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import Any

from adapters.errors import OutsideError, Refused
from hospital_bridge.clock import Clock

Key = tuple[object, ...]

SLOWNESS = 30
LONGEST = timedelta(seconds=60)
"""An answer that took long is kept `SLOWNESS` times as long as it took, at most so long: a slow hospital would
otherwise never get to the end of a page that asks it several questions."""

AGAIN = timedelta(seconds=5)
"""How long an old answer is shown before a hospital that failed is asked anew."""


@dataclass(frozen=True, slots=True)
class Age:
    """How old an answer may be, and how old while the hospital fails."""

    shown_for: timedelta
    stale_for: timedelta


@dataclass(frozen=True, slots=True)
class _Told:
    answer: Any
    at: datetime
    until: datetime
    stale: bool = False

    def serves(self, now: datetime) -> bool:
        # A clock may be set back.
        return self.at <= now < self.until


@dataclass(slots=True)
class _Flight:
    """A question that is under way, and what came of it."""

    landed: Event = field(default_factory=Event)
    told: _Told | None = None
    fault: BaseException | None = None


class Memory:
    """Answers by question. Raises what the hospital's adapter raises, to everybody who waited for that answer."""

    def __init__(self, clock: Clock, *, forgotten_after: timedelta) -> None:
        self._clock = clock
        self._forgotten_after = forgotten_after
        self._told: dict[Key, _Told] = {}
        self._flights: dict[Key, _Flight] = {}
        self._lock = Lock()

    def recall(self, key: Key) -> _Told | None:
        """The answer, if it may still be shown."""
        told = self._told.get(key)
        return told if told is not None and told.serves(self._clock.now()) else None

    def ask(self, key: Key, age: Age, question: Callable[[], Any]) -> _Told:
        """The answer of now or of a moment ago, an old one where the hospital fails."""
        with self._lock:
            told = self.recall(key)
            if told is not None:
                return told
            flight = self._flights.get(key)
            leads = flight is None
            flight = flight or self._flights.setdefault(key, _Flight())
        if leads:
            self._fly(flight, key, age, question)
        flight.landed.wait()
        if flight.told is None:
            raise flight.fault or AssertionError("a flight lands with an answer or a fault")
        return flight.told

    def keep(self, key: Key, age: Age, answer: Any, began: datetime) -> None:
        """An answer that was asked for afresh serves those who look next."""
        self._keep(key, age, answer, began)

    def forget(self, *beginning: object) -> None:
        """The next look at every question that begins so asks the hospital."""
        for key in [key for key in list(self._told) if key[: len(beginning)] == beginning]:
            self._told.pop(key, None)

    def _fly(self, flight: _Flight, key: Key, age: Age, question: Callable[[], Any]) -> None:
        began = self._clock.now()
        try:
            flight.told = self._keep(key, age, question(), began)
        except BaseException as fault:  # noqa: BLE001 - whatever it is, those who wait must not wait for ever
            flight.told = self._still_good(key, age, fault)
            flight.fault = fault
        finally:
            with self._lock:
                self._flights.pop(key, None)
            flight.landed.set()

    def _still_good(self, key: Key, age: Age, fault: BaseException) -> _Told | None:
        told, now = self._told.get(key), self._clock.now()
        if told is None or not isinstance(fault, OutsideError) or isinstance(fault, Refused):
            return None
        if not told.at <= now < told.at + age.stale_for:
            return None
        self._told[key] = kept = _Told(told.answer, told.at, min(now + AGAIN, told.at + age.stale_for), stale=True)
        return kept

    def _keep(self, key: Key, age: Age, answer: Any, began: datetime) -> _Told:
        now = self._clock.now()
        shown_for = max(age.shown_for, min(SLOWNESS * (now - began), LONGEST))
        for old, past in list(self._told.items()):
            if past.until <= now and past.at + self._forgotten_after <= now:
                self._told.pop(old, None)
        self._told[key] = told = _Told(answer, now, now + shown_for)
        return told
