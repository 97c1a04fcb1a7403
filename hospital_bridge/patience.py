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
from threading import Condition
from typing import Any

from adapters.errors import Busy
from hospital_bridge.clock import Clock

LONGEST = timedelta(seconds=6)
"""After so long a page asks no further question: it says how things stand, and goes on when it is opened again."""

QUICK = timedelta(seconds=1)
"""A system that lets somebody wait for so long is slow."""


class Patience:
    """The places of one process for pages that wait for an outside system.

    While answers come quickly a page stands in line for a place; once somebody has held one for `QUICK`, the
    system is slow and whoever finds no place free hears so at once.
    """

    def __init__(self, places: int, clock: Clock) -> None:
        self._places = places
        self._clock = clock
        self._held_since: list[datetime] = []
        self._changed = Condition()

    def page(self) -> PageWait:
        """The waiting of one page, which runs in one thread."""
        return PageWait(self, self._clock)

    def take(self) -> datetime:
        """Hold one place from the instant that is returned; Busy where none is to be had."""
        with self._changed:
            if not self._changed.wait_for(self._has_room, self._worth_waiting().total_seconds()):
                raise Busy("busy: enough pages are waiting already")
            since = self._clock.now()
            self._held_since.append(since)
        return since

    def give(self, since: datetime) -> None:
        """Free a place that was taken at that instant."""
        with self._changed:
            self._held_since.remove(since)
            self._changed.notify()

    def _has_room(self) -> bool:
        return len(self._held_since) < self._places

    def _worth_waiting(self) -> timedelta:
        now = self._clock.now()
        longest = now - min(self._held_since, default=now)
        return max(QUICK - longest, timedelta(0))


class PageWait:
    """What one page has waited so far."""

    def __init__(self, patience: Patience, clock: Clock) -> None:
        self._patience = patience
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
        since = self._patience.take()
        self._has_place = True
        try:
            yield
        finally:
            self._has_place = False
            self._patience.give(since)


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
