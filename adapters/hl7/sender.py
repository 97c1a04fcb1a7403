"""One connection to a peer's listener: a message out, its answer in, one at a time."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Sequence
from threading import Lock
from typing import Protocol

from adapters.deadline import at_most
from adapters.errors import NotDone, OutcomeUnknown, Untrusted
from adapters.hl7.ack import answers
from adapters.hl7.mllp import Frame, Framer, FramingFault, frame

_CHUNK = 65536
_TAIL = 1.0
"""Seconds to wait for the carriage return after an end block, which some peers never send."""


class Hl7Link(Protocol):
    """Whatever carries a message to the hospital and brings its answer."""

    def exchange(self, raw: bytes) -> bytes:
        """Send a message (without framing) and return the answer to it.

        NotDone where nothing left us, OutcomeUnknown where it did and no whole answer came,
        Untrusted where the peer's certificate is not accepted.
        """


class MllpClient:
    """A persistent MLLP connection, opened when first needed; threads that share it take turns (`pool` bounds that).

    Times in seconds; `reply_timeout` spans sending and the whole answer. After a timeout the
    socket is closed, so that a late answer can never be taken for the answer to the next message.
    """

    def __init__(
        self,
        host: str,
        port: int,
        connect_timeout: float = 5,
        reply_timeout: float = 30,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._address = (host, port)
        self._connect_timeout = connect_timeout
        self._reply_timeout = reply_timeout
        self._tls = tls
        self._lock = Lock()
        self._socket: socket.socket | None = None

    def exchange(self, raw: bytes) -> bytes:
        """Send one message and return its answer; see `Hl7Link.exchange`."""
        framed = frame(raw)
        with self._lock:
            connection = self._ready()
            try:
                deadline = time.monotonic() + at_most(self._reply_timeout)
                self._send(connection, framed, deadline)
                return self._answer(connection, raw, deadline)
            except BaseException:
                self._drop()
                raise

    def close(self) -> None:
        """Close the connection; the next exchange opens a new one."""
        with self._lock:
            self._drop()

    def _ready(self) -> socket.socket:
        if self._socket is not None and _quiet(self._socket):
            return self._socket
        self._drop()
        self._socket = self._connect()
        return self._socket

    def _connect(self) -> socket.socket:
        host = self._address[0]
        try:
            plain = socket.create_connection(self._address, self._connect_timeout)
        except OSError as failure:
            raise NotDone(f"no connection to {host}:{self._address[1]}: {type(failure).__name__}") from failure
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            return self._tls.wrap_socket(plain, server_hostname=host) if self._tls else plain
        except ssl.SSLCertVerificationError as refusal:
            plain.close()
            raise Untrusted(f"certificate of {host} not accepted: {refusal.verify_message}") from refusal
        except OSError as failure:
            plain.close()
            raise NotDone(f"no secure connection to {host}: {type(failure).__name__}") from failure

    def _send(self, connection: socket.socket, framed: bytes, deadline: float) -> None:
        """NotDone only while not one byte has been handed to the operating system."""
        sent = 0
        try:
            while sent < len(framed):
                connection.settimeout(_left(deadline))
                sent += connection.send(memoryview(framed)[sent:])
        except OSError as failure:
            if sent == 0 and not isinstance(connection, ssl.SSLSocket):
                raise NotDone(f"nothing was sent: {type(failure).__name__}") from failure
            raise OutcomeUnknown(f"broke off while sending: {type(failure).__name__}") from failure

    def _answer(self, connection: socket.socket, raw: bytes, deadline: float) -> bytes:
        framer = Framer()
        while True:
            replies, broken = self._replies(connection, framer, deadline)
            answer = next((reply.payload for reply in replies if answers(reply.payload, raw)), None)
            if answer is not None:
                if broken or framer.inside:
                    self._drop()
                return answer
            if broken:
                raise OutcomeUnknown(f"no whole answer: {broken}")

    def _replies(self, connection: socket.socket, framer: Framer, deadline: float) -> tuple[Sequence[Frame], str]:
        """What the next bytes complete, and why nothing more can come after it ('' where it can)."""
        try:
            connection.settimeout(min(_left(deadline), _TAIL) if framer.ended else _left(deadline))
            chunk = connection.recv(_CHUNK)
            return (framer.feed(chunk), "") if chunk else (framer.close(), "the peer closed the connection")
        except TimeoutError:
            return framer.settle(), f"nothing within {at_most(self._reply_timeout):g} s"
        except FramingFault as fault:
            return fault.complete, fault.text
        except OSError as failure:
            return (), f"the connection broke: {type(failure).__name__}"

    def _drop(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _quiet(connection: socket.socket) -> bool:
    """Whether an idle connection still stands: readable means closed by the peer, or a stray late answer."""
    with contextlib.suppress(OSError, ValueError):
        poll = select.poll()
        poll.register(connection, select.POLLIN | select.POLLHUP | select.POLLERR)
        return not poll.poll(0)
    return False
