"""The sender's end of one connection, byte by byte, with no forgiveness of its own."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from adapters.hl7.mllp import Framer, FramingFault, frame

_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Target:
    """The listener under test.

    `wait` is how many seconds an answer that is owed may take, `silence` after how many an answer that is not owed
    counts as not coming. `run` begins every MSH-10 (at most 8 characters), so that no two runs send the same message.
    `event` is MSH-9 of what is sent. `frame_limit` in bytes, `segment_limit` and `read_timeout` in seconds are the
    listener's own, where they are known. `answers` is where it sends the second answers of enhanced mode: a port of
    this machine, or `same`, the connection of the message. `stop` tells it to stop.
    """

    host: str
    port: int
    run: str
    event: str = "ADT^A28^ADT_A05"
    wait: float = 5.0
    silence: float = 0.5
    frame_limit: int = 0
    segment_limit: int = 0
    read_timeout: float = 0.0
    answers: str = ""
    stop: Callable[[], None] | None = None
    tls: ssl.SSLContext | None = None

    def control_id(self, place: str) -> str:
        """MSH-10 of this run's message for that place in the table."""
        return f"{self.run}{place}"

    def message(
        self, control_id: str, *more: str, accept: str = "", application: str = "", charset: str = "UNICODE UTF-8"
    ) -> str:
        """A message about an invented patient, with further segments; CR after each segment."""
        named = f"MSH|^~\\&|PROBE|PROBE|||20260101080000||{self.event}|{control_id}|P|2.5.1"
        header = f"{named}|||{accept}|{application}||{charset}"
        return "".join(f"{line}\r" for line in (header, "EVN||20260101080000", f"PID|1||{self.run}", *more))


class Closed(Exception):
    """The listener ended the connection where an answer was owed."""


class Silent(Exception):
    """No whole answer came in time."""


class Wire:
    """One connection; answers are read in order."""

    def __init__(self, connection: socket.socket, target: Target) -> None:
        self._socket = connection
        self._target = target
        self._framer = Framer(64 * 1024 * 1024)
        self._answers: list[bytes] = []

    def send(self, *parts: bytes) -> None:
        """These bytes as they are, each part in a packet of its own; Closed where they are not taken."""
        try:
            for part in parts:
                self._socket.sendall(part)
        except OSError as failure:
            raise Closed(type(failure).__name__) from failure

    def finish(self) -> None:
        """Say that no more comes, and go on listening."""
        self._socket.shutdown(socket.SHUT_WR)

    def ask(self, message: str) -> bytes:
        """The answer to one well-framed message."""
        self.send(frame(message.encode()))
        return self.answer()

    def answer(self) -> bytes:
        """The next answer without its frame; Closed or Silent where none comes."""
        found = self._next(self._target.wait)
        if found is None:
            raise Silent
        return found

    def stray(self) -> bytes | None:
        """An answer that nobody is owed; None where the listener stays silent or closes."""
        try:
            return self._next(self._target.silence)
        except Closed:
            return None

    def closed_within(self, seconds: float) -> bool:
        """Whether the listener ends the connection in that time; answers that come first are dropped."""
        until = time.monotonic() + seconds
        try:
            while (left := until - time.monotonic()) > 0:
                self._next(left)
        except Closed:
            return True
        return False

    def _next(self, seconds: float) -> bytes | None:
        until = time.monotonic() + seconds
        while not self._answers:
            left = until - time.monotonic()
            if left <= 0:
                return None
            self._socket.settimeout(left)
            try:
                self._read()
            except TimeoutError:
                self._answers += [each.payload for each in self._framer.settle()]
                return self._answers.pop(0) if self._answers else None
        return self._answers.pop(0)

    def _read(self) -> None:
        try:
            chunk = self._socket.recv(_CHUNK)
            frames = self._framer.feed(chunk) if chunk else self._framer.close()
        except FramingFault as fault:
            raise Closed(f"the answer is not framed: {fault.text}") from fault
        except (ConnectionError, ssl.SSLError) as failure:
            raise Closed(type(failure).__name__) from failure
        self._answers += [each.payload for each in frames]
        if not chunk and not self._answers:
            raise Closed("closed")


@contextmanager
def heard(connection: socket.socket, target: Target) -> Iterator[Wire]:
    """A connection that the listener opened to this end."""
    with connection:
        yield Wire(connection, target)


@contextmanager
def wire(target: Target) -> Iterator[Wire]:
    """A new connection to the listener; OSError where there is none."""
    with socket.create_connection((target.host, target.port), target.wait) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if target.tls is None:
            yield Wire(plain, target)
            return
        with target.tls.wrap_socket(plain, server_hostname=target.host) as secured:
            yield Wire(secured, target)
