"""One peer's connection: frames in, answers out, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from adapters.hl7.mllp import Fault, Frame, Framer, FramingFault, frame
from hospital_bridge.clock import Clock
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from hospital_bridge.workers.received import Received

_CHUNK = 65536
_CLOSING = 1.0


class Answering(Protocol):
    """Whatever makes a message durable and words its answer."""

    async def answer(self, received: Received) -> bytes:
        """The answer, b'' for none, after the message is durable."""


class Budget:
    """How many bytes all connections together may hold; whoever finds none left waits."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most
        self._freed = asyncio.Event()

    @property
    def held(self) -> int:
        """How many bytes are held now."""
        return self._most - self._left

    async def take(self, amount: int) -> None:
        """Wait until that many bytes are free, and hold them."""
        while self._left < amount:
            self._freed.clear()
            await self._freed.wait()
        self._left -= amount

    def give(self, amount: int) -> None:
        """Free that many bytes."""
        self._left += amount
        self._freed.set()


class Connection:
    """Reads frames and answers each before reading on, so a peer's messages keep their order.

    `report` hears each fault in words; a fault ends this connection and touches no other.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        peer: Peer,
        settings: ListenerSettings,
        answering: Answering,
        budget: Budget,
        clock: Clock,
        report: Callable[[str], None],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._peer = peer
        self._settings = settings
        self._answering = answering
        self._budget = budget
        self._clock = clock
        self._report = report
        self._framer = Framer(settings.max_message)
        self._held = 0
        self._deadline = 0.0
        self._reading: asyncio.Task[object] | None = None
        self._stopping = False

    def stop(self) -> None:
        """Finish the message that is being committed, answer it and close; close at once where there is none."""
        self._stopping = True
        if self._reading is not None:
            self._reading.cancel()

    async def serve(self) -> None:
        """Until the peer closes, misbehaves, falls silent or `stop` is called."""
        try:
            while not self._stopping and await self._exchange():
                pass
        except FramingFault as fault:
            self._report(fault.text)
        except (TimeoutError, OSError) as failure:
            self._report(f"connection lost: {type(failure).__name__}")
        finally:
            self._budget.give(self._held)
            await self._close()

    async def _exchange(self) -> bool:
        """Read once and answer what that completes; False when the peer is done."""
        chunk = await self._read()
        if chunk is None:
            await self._answer(self._framer.settle())
            return True
        if not chunk:
            await self._answer(self._framer.close())
            return False
        try:
            frames = self._framer.feed(chunk)
        except FramingFault as fault:
            await self._answer(fault.complete)
            raise
        await self._answer(frames)
        return True

    async def _read(self) -> bytes | None:
        """The next bytes, b'' at the end; None where the carriage return after an end mark stays out."""
        if self._stopping:
            return b""
        self._reading = asyncio.current_task()
        try:
            async with asyncio.timeout_at(self._read_until()):
                chunk = await self._reader.read(_CHUNK)
                await self._budget.take(len(chunk))
        except TimeoutError:
            if self._framer.ended:
                return None
            raise FramingFault(Fault.STALLED if self._framer.inside else Fault.IDLE) from None
        finally:
            self._reading = None
        self._held += len(chunk)
        return chunk

    def _read_until(self) -> float:
        now = asyncio.get_running_loop().time()
        if self._framer.ended:
            return now + self._settings.end_timeout
        if not self._framer.inside:
            return now + self._settings.idle_timeout
        self._deadline = self._deadline or now + self._settings.read_timeout
        return self._deadline

    async def _answer(self, frames: Sequence[Frame]) -> None:
        if frames:
            self._deadline = 0.0
        for each in frames:
            warnings = tuple(fault.value for fault in each.warnings)
            for warning in warnings:
                self._report(warning)
            received = Received(self._peer.name, each.payload, self._clock.now(), warnings, self._peer.charset)
            body = await self._answering.answer(received)
            await self._write(body)
            if self._stopping:
                break
        self._release()

    async def _write(self, body: bytes) -> None:
        if body:
            self._writer.write(frame(body))
            async with asyncio.timeout(self._settings.read_timeout):
                await self._writer.drain()

    async def _close(self) -> None:
        """Let the last answer leave, but do not wait long for a peer that does not take it."""
        self._writer.close()
        try:
            async with asyncio.timeout(_CLOSING):
                await self._writer.wait_closed()
        except (TimeoutError, OSError):
            self._writer.transport.abort()

    def _release(self) -> None:
        surplus = self._held - self._framer.buffered
        self._held -= surplus
        self._budget.give(surplus)
