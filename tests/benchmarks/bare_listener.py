"""What Python alone allows: a listener that knows no HL7 and commits one bare row a message before its answer."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, cast

from sqlalchemy import create_engine

Commit = Callable[[Sequence[bytes]], None]
_Message = tuple[bytes, asyncio.Transport]

_END = b"\x1c\r"
_ANSWER = b"\x0bMSH|^~\\&|HB|W|HIS|H1|20261123090000||ACK|1|P|2.5.1\rMSA|AA|%s\r\x1c\r"


def sqlite_batches(database: Path) -> Commit:
    """Batches of rows into the table of `sqlite_commits`, each in one transaction."""
    connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")

    def commit(batch: Sequence[bytes]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO bare_row VALUES (1, 'his', ?)", [(raw,) for raw in batch])
        connection.execute("COMMIT")

    return commit


def postgresql_batches(owner_url: str) -> Commit:
    """The same for `postgresql_commits`: one statement, which is a transaction of its own, and so one round trip."""
    driver: Any = create_engine(owner_url, isolation_level="AUTOCOMMIT").raw_connection().driver_connection
    driver.autocommit = True

    def commit(batch: Sequence[bytes]) -> None:
        rows = "INSERT INTO bare_row SELECT 1, 'his', raw FROM unnest(%s::text[]) AS given (raw)"
        driver.execute(rows, ([raw.decode() for raw in batch],), prepare=True)

    return commit


class BareListener:
    """An event loop, and a thread that commits whatever came while it committed the batch before."""

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self._waiting: list[_Message] = []
        self._is_busy = False
        self._batches: SimpleQueue[list[_Message] | None] = SimpleQueue()
        self._running = Event()
        self._port = 0
        self._threads = [Thread(target=lambda: asyncio.run(self._serve())), Thread(target=self._run)]

    def start(self) -> int:
        """Listen; the port."""
        for thread in self._threads:
            thread.start()
        self._running.wait()
        return self._port

    def stop(self) -> None:
        """Listen no more."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._batches.put(None)
        for thread in self._threads:
            thread.join()

    def submit(self, message: bytes, sender: asyncio.Transport) -> None:
        """Put the message into the next batch."""
        self._waiting.append((message, sender))
        if not self._is_busy:
            self._is_busy = True
            self._loop.call_soon(self._next)

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(lambda: _Sender(self), "127.0.0.1", 0)
        self._port = int(server.sockets[0].getsockname()[1])
        self._running.set()
        await self._stopping.wait()
        server.close()

    def _next(self) -> None:
        batch, self._waiting = self._waiting, []
        self._is_busy = bool(batch)
        if batch:
            self._batches.put(batch)

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            self._commit([message for message, _ in batch])
            self._loop.call_soon_threadsafe(self._hand_out, batch)

    def _hand_out(self, batch: Sequence[_Message]) -> None:
        for message, sender in batch:
            sender.write(_ANSWER % message.split(b"|", 10)[9])
        self._next()


class _Sender(asyncio.Protocol):
    """A connection whose sender waits for each answer, so that what it sends ends with a message."""

    def __init__(self, listener: BareListener) -> None:
        self._listener = listener
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if self._heard.endswith(_END):
            message, self._heard = self._heard, b""
            self._listener.submit(message, self._transport)
