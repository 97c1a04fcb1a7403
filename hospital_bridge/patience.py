"""How long a page may wait for outside systems, and how many pages may at the same time.

A slow hospital would otherwise hold every web thread, and with them the pages, notices and health
checks that need no hospital at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from threading import BoundedSemaphore
from typing import Any

from adapters.errors import Busy
from hospital_bridge.clock import Clock

LONGEST = timedelta(seconds=6)
"""After so long a page asks no further question: it says how things stand, and goes on when it is opened again."""


class Patience:
    """The places of one process for pages that wait for an outside system."""

    def __init__(self, places: int, clock: Clock) -> None:
        self._places = BoundedSemaphore(places)
        self._clock = clock

    def page(self) -> PageWait:
        """The waiting of one page, which runs in one thread."""
        return PageWait(self._places, self._clock)


class PageWait:
    """What one page has waited so far."""

    def __init__(self, places: BoundedSemaphore, clock: Clock) -> None:
        self._places = places
        self._clock = clock
        self._began: datetime | None = None
        self._has_place = False

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one place; Busy where none is free or the page has waited long enough. Nested, it is the same place."""
        now = self._clock.now()
        self._began = self._began or now
        if now - self._began >= LONGEST:
            raise Busy("busy: the page has waited long enough")
        if self._has_place:
            yield
            return
        if not self._places.acquire(blocking=False):
            raise Busy("busy: enough pages are waiting already")
        self._has_place = True
        try:
            yield
        finally:
            self._has_place = False
            self._places.release()


@dataclass(frozen=True)
class Asked:
    """An adapter as a page has it: each call takes a place; equal to another page's of the same adapter."""

    adapter: Any
    wait: PageWait = field(compare=False)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self.adapter, name)

        @wraps(call)
        def asked(*arguments: Any, **named: Any) -> Any:
            with self.wait.place():
                return call(*arguments, **named)

        return asked
