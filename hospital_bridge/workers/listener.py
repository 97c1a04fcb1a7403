"""The MLLP listener: a message is answered only after it is durable."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from threading import Thread

from adapters.hl7.ack import Stamp, decide_ack
from hospital_bridge.clock import Clock
from hospital_bridge.workers.group_commit import GroupCommit
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from hospital_bridge.workers.mllp_connection import Budget, Connection
from hospital_bridge.workers.received import Commit, Received

_log = logging.getLogger(__name__)
_KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}


class CannotListen(Exception):
    """The address cannot be had; the text is one sentence for the hospital's engineer."""


@dataclass(frozen=True, slots=True)
class WireEvent:
    """Something that a person may want to hear of; no personal data."""

    peer: str
    address: str
    text: str


@dataclass(frozen=True, slots=True)
class ListenerState:
    """What the listener is doing.

    `connections` by peer, `waiting` messages that no commit has taken up, `in_flight` bytes held by all
    connections, `received` messages made durable so far.
    """

    port: int
    connections: dict[str, int]
    waiting: int
    in_flight: int
    received: int
    last_received_at: datetime | None


def log_event(event: WireEvent) -> None:
    """The usual watcher: a warning in the log."""
    _log.warning("hl7 peer %s at %s: %s", event.peer, event.address, event.text)


class Listener:
    """Listens in a thread of its own from `start` to `stop`; knows nothing of the store behind `commit`."""

    def __init__(
        self,
        settings: ListenerSettings,
        commit: Commit,
        clock: Clock,
        watch: Callable[[WireEvent], None] = log_event,
    ) -> None:
        self._settings = settings
        self._commit = commit
        self._clock = clock
        self._watch = watch
        self._port: Future[int] = Future()
        self._thread = Thread(target=self._run, name="hl7-listener", daemon=True)
        self._open: dict[Connection, asyncio.Task[object] | None] = {}
        self._per_peer: Counter[str] = Counter()
        self._received = 0
        self._last_received_at: datetime | None = None

    def start(self) -> int:
        """Listen; returns the port. CannotListen where the address cannot be had."""
        self._thread.start()
        return self._port.result()

    def stop(self) -> None:
        """Accept no more, finish and answer what is being committed, close."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def state(self) -> ListenerState:
        """A snapshot; callable from any thread after `start`."""
        return ListenerState(
            port=self._port.result(),
            connections=dict(+self._per_peer),
            waiting=self._group.waiting,
            in_flight=self._budget.held,
            received=self._received,
            last_received_at=self._last_received_at,
        )

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._budget = Budget(self._settings.max_in_flight)
        self._group = GroupCommit(self._commit_counted, self._negative, self._settings.max_batch)
        try:
            server = await self._bind()
        except OSError as failure:
            self._port.set_exception(CannotListen(_in_words(failure, self._settings)))
            return
        committing = asyncio.create_task(self._group.run())
        self._port.set_result(server.sockets[0].getsockname()[1])
        await self._stopping.wait()
        server.close()
        await self._drain()
        committing.cancel()
        self._group.close()

    async def _bind(self) -> asyncio.Server:
        settings = self._settings
        return await asyncio.start_server(self._accept, settings.host, settings.port, ssl=settings.tls, backlog=128)

    async def _drain(self) -> None:
        for connection in list(self._open):
            connection.stop()
        tasks = [task for task in self._open.values() if task]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._settings.drain_timeout)
            for task in late:
                task.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = str(writer.get_extra_info("peername")[0])
        peer = self._settings.peer_of(address)
        refusal = self._refusal(peer)
        if peer is None or refusal:
            self._watch(WireEvent(peer.name if peer else "unknown", address, refusal))
            writer.close()
            return
        _keep_alive(writer.get_extra_info("socket"))
        connection = self._connection(reader, writer, peer, address)
        self._open[connection] = asyncio.current_task()
        self._per_peer[peer.name] += 1
        try:
            await connection.serve()
        except asyncio.CancelledError:
            _log.info("hl7 connection of %s closed for stopping", peer.name)
        finally:
            self._per_peer[peer.name] -= 1
            del self._open[connection]

    def _refusal(self, peer: Peer | None) -> str:
        if peer is None:
            return "turned away: no peer has this address"
        if self._stopping.is_set():
            return "turned away: stopping"
        if len(self._open) >= self._settings.max_connections or self._per_peer[peer.name] >= peer.max_connections:
            return "turned away: too many connections"
        return ""

    def _connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer, address: str
    ) -> Connection:
        return Connection(
            reader,
            writer,
            peer=peer,
            settings=self._settings,
            answering=self._group,
            budget=self._budget,
            clock=self._clock,
            report=lambda text: self._watch(WireEvent(peer.name, address, text)),
        )

    def _commit_counted(self, batch: Sequence[Received]) -> Sequence[bytes]:
        answers = self._commit(batch)
        self._received += len(batch)
        self._last_received_at = batch[-1].received_at
        return answers

    def _negative(self, received: Received) -> bytes:
        now = self._clock.now()
        stamp = Stamp(f"{now:%Y%m%d%H%M%S%f}", now, self._settings.zone)
        return decide_ack(received.raw, stored=False, stamp=stamp, charset=received.charset).body


def _keep_alive(connection: socket.socket) -> None:
    """Find half-open connections in minutes; where the system has no such dials its own intervals hold."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, seconds in _KEEPALIVE.items():
        if hasattr(socket, option):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), seconds)


def _in_words(failure: OSError, settings: ListenerSettings) -> str:
    reasons = {
        errno.EADDRINUSE: f"Port {settings.port} on {settings.host} is in use by another program.",
        errno.EACCES: f"Port {settings.port} on {settings.host} may not be opened by this user.",
        errno.EADDRNOTAVAIL: f"This machine has no address {settings.host}.",
    }
    return reasons.get(failure.errno or 0, f"Cannot listen on {settings.host}:{settings.port}: {failure.strerror}.")
