"""How many calls may be under way at once: whoever finds no place waits a little and then hears that it is busy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Condition

from adapters.errors import Busy


class Places:
    """The places of one process, given out in the order in which they were asked for."""

    def __init__(self, count: int, wait: timedelta) -> None:
        self._free = count
        self._count = count
        self._wait = wait.total_seconds()
        self._changed = Condition()
        self._line: list[object] = []

    @property
    def taken(self) -> int:
        """Calls that are under way."""
        return self._count - self._free

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one; Busy where none was free in time."""
        self._take()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _take(self) -> None:
        me = object()
        with self._changed:
            self._line.append(me)
            try:
                if not self._changed.wait_for(lambda: self._free > 0 and self._line[0] is me, self._wait):
                    raise Busy(f"busy: no place within {self._wait:g} s")
                self._free -= 1
            finally:
                self._line.remove(me)
                self._changed.notify_all()
