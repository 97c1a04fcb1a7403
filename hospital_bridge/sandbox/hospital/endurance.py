"""How much a simulated hospital bears: a small and old one falls silent when too many ask it at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from hospital_bridge.clock import Clock


class Endurance:
    """Counts who is inside; above `most` calls at once nobody is answered until the hospital is started anew.

    `most` of 0 bears any number. `thinks_seconds` is how long each call takes. `peak` is the most that were inside.
    """

    def __init__(self, clock: Clock) -> None:
        self.most = 0
        self.thinks_seconds = 0.0
        self.peak = 0
        self.has_fallen = False
        self._clock = clock
        self._inside = 0
        self._lock = Lock()

    @contextmanager
    def call(self) -> Iterator[bool]:
        """One call; whether it is answered."""
        with self._lock:
            self._inside += 1
            self.peak = max(self.peak, self._inside)
            self.has_fallen = self.has_fallen or 0 < self.most < self._inside
        try:
            if self.thinks_seconds:
                self._clock.sleep(self.thinks_seconds)
            yield not self.has_fallen
        finally:
            with self._lock:
                self._inside -= 1

    def start_anew(self) -> None:
        """Somebody has restarted the hospital's system."""
        self.has_fallen = False
