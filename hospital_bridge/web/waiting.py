"""How long a request stood in line before a thread was free for it; a patient whose page took too long is told so.

At seven in the morning more people press at once than pages can be made. Whoever waits too long has left by the time
theirs is made, or a proxy has cut them off without a word: better they hear in time when to come again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from threading import Event, Thread
from time import monotonic
from typing import Any

from flask import Flask, g, request
from waitress.task import ThreadedTaskDispatcher

from hospital_bridge.errors import BridgeError
from hospital_bridge.web.access import Area, access_of
from hospital_bridge.web.visit import arrive

LOOK_SECONDS = 0.5
LONGEST_SECONDS = 20.0
"""In line; the proxies in common use give up after 60 s, and making the page takes its time too."""

_waited: ContextVar[float] = ContextVar("waited", default=0.0)


class Line(ThreadedTaskDispatcher):
    """The server's threads, those who wait for one, and an usher who sees to those who have waited too long.

    When a hospital answers slowly every thread waits for it: the line would stand still, and nobody would hear it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._closed = Event()
        self._usher = Thread(target=self._see_to_the_late, name="usher", daemon=True)

    def open(self, threads: int) -> None:
        """Begin to take requests up."""
        self.set_thread_count(threads)
        self._usher.start()

    def add_task(self, task: Any) -> None:
        """Put a request in line."""
        standing: Any = _Standing(task)
        super().add_task(standing)

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> bool:  # noqa: FBT001, FBT002 - as it is called
        """End every thread; what still stands in line is not taken up."""
        self._closed.set()
        if self._usher.is_alive():
            self._usher.join(timeout)
        return bool(super().shutdown(cancel_pending, timeout))

    def _see_to_the_late(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            for late in self._late():
                late.service()

    def _late(self) -> list[_Standing]:
        """Whom nothing but a word is due, taken out of the line."""
        with self.lock:
            standing: list[Any] = list(self.queue)
            late = [each for each in standing if each.is_late]
            for each in late:
                self.queue.remove(each)
        return late


class _Standing:
    def __init__(self, task: Any) -> None:
        self._task = task
        self._since = monotonic()
        self.cancel: Callable[[], None] = task.cancel

    @property
    def is_late(self) -> bool:
        """Whether it will be turned away."""
        request = self._task.requests[0]
        is_page = not request.error and request.command == "GET" and request.path.startswith("/p/")
        return is_page and monotonic() - self._since > LONGEST_SECONDS

    def service(self) -> None:
        _waited.set(monotonic() - self._since)
        self._task.service()


def turn_away_late(app: Flask) -> None:
    """HB-D006 for a page that a patient waited for too long; what they press is done however late."""

    def turn_away() -> None:
        waited = _waited.get()
        if waited <= LONGEST_SECONDS or request.endpoint is None or request.method == "POST":
            return
        if access_of(app, request.endpoint).area is Area.PATIENT:
            # Many wait behind: whoever is turned away must cost next to nothing.
            if (nobody := arrive(recognised=False)) is not None:
                g.visit = nobody
            g.retry_after_seconds = int(waited)
            raise BridgeError("HB-D006")

    app.before_request(turn_away)
