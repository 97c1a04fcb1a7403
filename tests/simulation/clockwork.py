"""Virtual time: a clock that only the agenda moves, ids that count, and a heap of what happens when."""

from __future__ import annotations

import hashlib
import heapq
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from hospital_bridge.clock import uuid7

KEPT_LINES = 120
ON_TIME = ""
"""The name of an arrival that is a part of the step in which it was sent."""

Event = tuple[datetime, int, str, Callable[[], None]]
Run = Callable[[str, Callable[[], None]], None]


class VirtualClock:
    """The time of the whole simulation; sleeping lets it pass."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance_to(self._now + timedelta(seconds=seconds))

    def advance_to(self, at: datetime) -> None:
        self._now = max(self._now, at)


class SkewedClock:
    """Another machine's idea of the time."""

    def __init__(self, clock: VirtualClock, skew: timedelta) -> None:
        self._clock = clock
        self._skew = skew

    def now(self) -> datetime:
        return self._clock.now() + self._skew

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


class CountingIds:
    """Ids in the order of their making; every machine has its own `realm`, so that no two ever meet."""

    def __init__(self, clock: VirtualClock, realm: int = 0) -> None:
        self._clock = clock
        self._numbers = count(realm << 40)

    def new(self) -> str:
        return uuid7(self._clock.now(), next(self._numbers))

    def secret(self) -> str:
        return f"secret-{next(self._numbers):012d}"


class Trace:
    """What happened, as a running digest and the last lines in words."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)

    def note(self, at: datetime, words: str) -> None:
        """One line; two runs of one seed must note the same lines in the same order."""
        line = f"{at.astimezone(UTC):%d %H:%M:%S.%f} {words}"
        self._digest.update(line.encode())
        self.lines.append(line)

    @property
    def digest(self) -> str:
        """Names everything that was noted so far."""
        return self._digest.hexdigest()


class Agenda:
    """What happens when; `run_until` is given each event as it falls due.

    Arrivals are what is on its way already: they happen at their time even where nobody is free to act on it.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self._acts: list[Event] = []
        self._arrivals: list[Event] = []
        self._numbers = count()

    def add(self, after: float, name: str, action: Callable[[], None]) -> None:
        """Let that happen so many seconds from now."""
        heapq.heappush(self._acts, self._event(after, name, action))

    def add_arrival(self, after: float, name: str, action: Callable[[], None]) -> None:
        """Let that arrive so many seconds from now."""
        heapq.heappush(self._arrivals, self._event(after, name, action))

    def run_until(self, end: datetime, run: Run) -> None:
        """Run every event up to that instant, and let the clock stand there."""
        while (due := self._first(self._acts, self._arrivals)) and due[0][0] <= end:
            self._run(due, run)
        self.clock.advance_to(end)

    def let_arrive_until(self, end: datetime, run: Run) -> None:
        """The same of arrivals alone."""
        while self._arrivals and self._arrivals[0][0] <= end:
            self._run(self._arrivals, run)
        self.clock.advance_to(end)

    def _event(self, after: float, name: str, action: Callable[[], None]) -> Event:
        return self.clock.now() + timedelta(seconds=after), next(self._numbers), name, action

    def _first(self, *heaps: list[Event]) -> list[Event]:
        return min((heap for heap in heaps if heap), key=lambda heap: heap[0][:2], default=[])

    def _run(self, heap: list[Event], run: Run) -> None:
        at, _, name, action = heapq.heappop(heap)
        self.clock.advance_to(at)
        run(name, action)
