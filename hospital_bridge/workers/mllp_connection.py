"""One peer's connection: frames in, answers out, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from math import inf
from typing import Protocol, cast

from adapters.hl7.mllp import Fault, Frame, Framer, FramingFault, frame
from hospital_bridge.clock import Clock
from hospital_bridge.workers.budget import Budget
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from hospital_bridge.workers.received import Received

CHUNK = 65536
_CLOSING = 1.0
"""Seconds in which the last answer must have left."""

Answered = Callable[[bytes | None], None]
"""Hears the answer to a message: b'' where its sender wants none, None where none could be worded."""


class Answering(Protocol):
    """Whatever makes a message durable and words its answer."""

    def submit(self, received: Received, answered: Answered) -> None:
        """Call `answered` when the message is durable or has failed: later, and in the thread of the event loop."""


class Connection(asyncio.BufferedProtocol):
    """Answers each message before it looks at the next, so that a peer's messages keep their order.

    `report` hears each fault in words; a fault ends this connection and touches no other. What arrives
    is copied out of `buffer` at once, so that one serves every connection of an event loop.
    """

    def __init__(
        self,
        *,
        peer: Peer,
        settings: ListenerSettings,
        answering: Answering,
        budget: Budget,
        clock: Clock,
        report: Callable[[str], None],
        buffer: memoryview,
    ) -> None:
        self._peer = peer
        self._settings = settings
        self._answering = answering
        self._budget = budget
        self._clock = clock
        self._report = report
        self._buffer = buffer
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._transport: asyncio.Transport
        self._limits = settings.limits_of(peer)
        self._read_timeout = peer.read_timeout or settings.read_timeout
        self._idle_timeout = peer.idle_timeout or settings.idle_timeout
        self._framer = Framer(self._limits.size)
        self._unread: deque[bytes] = deque()
        self._frames: deque[Frame] = deque()
        self._fault: FramingFault | None = None
        self._held = 0
        self._is_answering = False
        self._is_blocked = False
        self._has_ended = False
        self._is_stopping = False
        self._is_closing = False
        self._timer: asyncio.TimerHandle | None = None
        self._due = inf
        self._begun = 0.0

    def stop(self) -> None:
        """Finish the message that is being committed, answer it and close; close at once where there is none."""
        self._is_stopping = True
        if not self._is_answering:
            self._close()

    def abort(self) -> None:
        """Break off, whatever is owed."""
        self._is_closing = True
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._go_on()

    def get_buffer(self, sizehint: int) -> memoryview:
        del sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._unread.append(bytes(self._buffer[:nbytes]))
        if self._is_answering:
            # A peer that waits for its answers never comes here; another is read on afterwards.
            self._transport.pause_reading()
        else:
            self._go_on()

    def eof_received(self) -> bool:
        """The peer sends no more; it still hears the answers that it is owed, for which TLS leaves no way."""
        self._has_ended = True
        if not self._is_answering:
            self._go_on()
        return self._transport.get_extra_info("sslcontext") is None

    def pause_writing(self) -> None:
        self._is_blocked = True

    def resume_writing(self) -> None:
        self._is_blocked = False
        self._is_answering = False
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None and not self._is_closing:
            self._report(f"connection lost: {type(exc).__name__}")
        self._is_closing = True
        if self._timer is not None:
            self._timer.cancel()
        self._budget.leave(self._go_on)
        self._budget.give(self._held)
        if not self.ended.done():
            self.ended.set_result(None)

    def _go_on(self) -> None:
        """Whatever is next while nothing is being answered: answer, read, wait or close."""
        if self._is_closing or self._is_answering:
            return
        if self._is_stopping:
            self._close()
        elif self._frames:
            self._submit(self._frames.popleft())
        elif self._fault is not None:
            self._report(self._fault.text)
            self._close()
        elif self._unread:
            self._read(self._unread[0])
        elif self._has_ended:
            self._end()
        else:
            self._release()
            self._wait()

    def _read(self, chunk: bytes) -> None:
        self._release()
        if not self._budget.take(len(chunk)):
            self._transport.pause_reading()
            self._budget.wait(self._go_on)
            self._wait()
            return
        self._unread.popleft()
        self._held += len(chunk)
        try:
            self._frames.extend(self._framer.feed(chunk))
        except FramingFault as fault:
            self._frames.extend(fault.complete)
            self._fault = fault
        if not self._unread:
            self._transport.resume_reading()
        self._go_on()

    def _end(self) -> None:
        """The peer is done: answer what it left without a carriage return, or say that it tore a message."""
        try:
            self._frames.extend(self._framer.close())
        except FramingFault as fault:
            self._fault = fault
        if self._frames or self._fault:
            self._go_on()
        else:
            self._close()

    def _submit(self, each: Frame) -> None:
        self._is_answering = True
        self._due, self._begun = inf, 0.0
        warnings = tuple(fault.value for fault in each.warnings)
        for warning in warnings:
            self._report(warning)
        peer, now = self._peer, self._clock.now()
        received = Received(peer.name, each.payload, now, warnings, peer.charset, self._limits, peer.acknowledging)
        self._answering.submit(received, self._answer)

    def _answer(self, body: bytes | None) -> None:
        if body is None:
            self._report("connection lost: no answer could be worded")
            self.abort()
        elif not self._is_closing:
            if body:
                self._transport.write(frame(body))
            if self._is_blocked:
                self._wait_until(self._loop.time() + self._read_timeout)
                return
        self._is_answering = False
        self._go_on()

    def _wait(self) -> None:
        now = self._loop.time()
        if self._framer.ended:
            self._wait_until(now + self._settings.end_timeout)
        elif self._framer.inside:
            self._begun = self._begun or now
            self._wait_until(self._begun + self._read_timeout)
        else:
            self._wait_until(now + self._idle_timeout)

    def _wait_until(self, due: float) -> None:
        """Few waits last until they are due: a timer that rings too early is only wound up again."""
        self._due = due
        if self._timer is None or self._timer.when() > due:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._loop.time() < self._due:
            if self._due < inf:
                self._wait_until(self._due)
        elif self._is_answering:
            self._report("connection lost: TimeoutError")
            self.abort()
        elif self._framer.ended:
            self._frames.extend(self._framer.settle())
            self._go_on()
        else:
            self._fault = FramingFault(Fault.STALLED if self._framer.inside else Fault.IDLE)
            self._go_on()

    def _release(self) -> None:
        """Free what no unfinished frame holds any more."""
        surplus = self._held - self._framer.buffered
        self._held -= surplus
        self._budget.give(surplus)

    def _close(self) -> None:
        """Let the last answer leave, but do not wait long for a peer that does not take it."""
        self._is_closing = True
        self._transport.close()
        self._loop.call_later(_CLOSING, self._transport.abort)
