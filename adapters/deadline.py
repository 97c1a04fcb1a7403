"""An answer that arrives as a whole by a deadline: a server that sends byte after byte is given up too.

A socket's own timeout begins anew with each byte, and the library that reads the head of an answer asks for nothing
else. Here every reading waits for what is left of the whole time.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from adapters.errors import OutcomeUnknown

Left = Callable[[], float]
"""The seconds until the deadline; negative once it has passed."""

_LONGEST: ContextVar[float] = ContextVar("longest")


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """While the block runs, what this thread asks is given up after so long, whatever its adapter would wait."""
    before = _LONGEST.set(seconds)
    try:
        yield
    finally:
        _LONGEST.reset(before)


def at_most(own: float) -> float:
    """The seconds to wait of an adapter that would wait `own`."""
    return min(own, _LONGEST.get(own))


_LEFT: ContextVar[Left] = ContextVar("left")


@contextmanager
def answered_within(left: Left) -> Iterator[None]:
    """While the block runs, an answer that this thread reads is OutcomeUnknown once nothing is left."""
    before = _LEFT.set(left)
    try:
        yield
    finally:
        _LEFT.reset(before)


class _Bytes(io.RawIOBase):
    """What a socket receives, each reading bounded by its own timeout and by the deadline."""

    def __init__(self, received: io.RawIOBase, sock: socket.socket, left: Left) -> None:
        self._received = received
        self._sock = sock
        self._left = left
        self._between_bytes = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._left()
        if left <= 0:
            raise OutcomeUnknown("answer did not end in time")
        self._sock.settimeout(left if self._between_bytes is None else min(left, self._between_bytes))
        return self._received.readinto(buffer)

    def close(self) -> None:
        self._received.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer whose head is bounded like its body."""

    def __init__(self, sock: socket.socket, *told: Any, **named: Any) -> None:
        super().__init__(sock, *told, **named)
        self.fp = io.BufferedReader(_Bytes(self.fp.detach(), sock, _LEFT.get()))


class _Plain(HTTPConnection):
    response_class = _Answer


class _Secured(HTTPSConnection):
    response_class = _Answer


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecuredPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secured


POOLS = {"http": _PlainPool, "https": _SecuredPool}
"""Connection pools by scheme, whose answers obey `answered_within`."""
