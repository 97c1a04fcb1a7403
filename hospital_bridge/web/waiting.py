"""How long a request stood in line before a thread was free for it; a patient whose page took too long is told so.

At seven in the morning more people press at once than pages can be made. Whoever waits too long has left by the time
theirs is made, or a proxy has cut them off without a word: better they hear in time when to come again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic
from typing import Any

from flask import Flask, g, request
from waitress.task import ThreadedTaskDispatcher

from hospital_bridge.errors import BridgeError
from hospital_bridge.web.access import Area, access_of
from hospital_bridge.web.visit import arrive

LONGEST_SECONDS = 20.0
"""In line; the proxies in common use give up after 60 s, and making the page takes its time too."""

_waited: ContextVar[float] = ContextVar("waited", default=0.0)


class Line(ThreadedTaskDispatcher):
    """The server's threads and those who wait for one."""

    def add_task(self, task: Any) -> None:
        """Put a request in line."""
        standing: Any = _Standing(task)
        super().add_task(standing)


class _Standing:
    def __init__(self, task: Any) -> None:
        self._task = task
        self._since = monotonic()
        self.cancel: Callable[[], None] = task.cancel

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
