"""A few connections to one hospital: messages of several patients travel side by side, and nobody queues for long."""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore, Lock
from typing import Protocol

from adapters.errors import Busy
from adapters.hl7.sender import Hl7Link


class ClosableLink(Hl7Link, Protocol):
    """A link that can be broken off when its answers are no longer trusted."""

    def close(self) -> None:
        """Close the connection; the next exchange opens a new one."""


class LinkPool:
    """At most `connections` links, each opened when first needed and carrying one message at a time.

    Who finds none free waits `queue_timeout` seconds and then hears Busy: the hospital is slow,
    and one more waiting thread would not make it faster.
    """

    def __init__(self, opening: Callable[[], ClosableLink], connections: int = 4, queue_timeout: float = 3) -> None:
        self._opening = opening
        self._queue_timeout = queue_timeout
        self._free = BoundedSemaphore(connections)
        self._lock = Lock()
        self._idle: list[ClosableLink] = []
        self._age = 0

    def exchange(self, raw: bytes) -> bytes:
        """Send one message over a free link; see `Hl7Link.exchange`."""
        if not self._free.acquire(timeout=self._queue_timeout):
            raise Busy(f"busy: no free connection within {self._queue_timeout:g} s")
        try:
            return self._over_one(raw)
        finally:
            self._free.release()

    def close(self) -> None:
        """Close every link: an idle one now, one in use once its message is answered."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._age += 1
        for link in idle:
            link.close()

    def _over_one(self, raw: bytes) -> bytes:
        # The link that was used last is taken first: the others fall silent and the hospital may close them.
        with self._lock:
            age = self._age
            link = self._idle.pop() if self._idle else self._opening()
        try:
            return link.exchange(raw)
        finally:
            self._give_back(link, age)

    def _give_back(self, link: ClosableLink, age: int) -> None:
        with self._lock:
            stands = age == self._age
            if stands:
                self._idle.append(link)
        if not stands:
            link.close()
