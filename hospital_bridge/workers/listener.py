"""The MLLP listener: a message is answered only after it is durable."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread

from adapters.hl7.ack import Stamp, decide_ack
from hospital_bridge.activity import count_messages
from hospital_bridge.clock import Clock
from hospital_bridge.logs import logger
from hospital_bridge.workers.budget import Budget
from hospital_bridge.workers.group_commit import GroupCommit
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from hospital_bridge.workers.listening_socket import bind, in_words, serve
from hospital_bridge.workers.mllp_connection import CHUNK, Connection
from hospital_bridge.workers.received import Commit, Received

_log = logger(__name__)
_BREATH = 1.0
"""Seconds until the next try where the system has no room for another connection."""


_CODE = re.compile(rb"\rMSA.(AA|AE|AR|CA|CE|CR)")


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


def _code_of(answer: bytes) -> str:
    """MSA-1 of an answer of ours, whatever delimiters its sender uses."""
    found = _CODE.search(answer)
    return found[1].decode() if found else "none"


def log_event(event: WireEvent) -> None:
    """The usual watcher: a warning in the log."""
    _log.warning("hl7.peer_noticed", peer=event.peer, address=event.address, reason=event.text)


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
        self._socket: socket.socket
        self._port = 0
        self._running = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._main()), name="hl7-listener", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: set[Connection] = set()
        self._per_peer: Counter[str] = Counter()
        self._received = 0
        self._last_received_at: datetime | None = None

    def start(self) -> int:
        """Listen; returns the port. CannotListen where the address cannot be had."""
        try:
            self._socket = bind(self._settings)
        except OSError as failure:
            raise CannotListen(in_words(failure, self._settings)) from failure
        self._port = self._socket.getsockname()[1]
        self._thread.start()
        self._running.wait()
        return self._port

    def stop(self) -> None:
        """Accept no more, finish and answer what is being committed, close."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def state(self) -> ListenerState:
        """A snapshot; callable from any thread after `start`."""
        return ListenerState(
            port=self._port,
            connections=dict(+self._per_peer),
            waiting=self._group.waiting,
            in_flight=self._budget.held,
            received=self._received,
            last_received_at=self._last_received_at,
        )

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._budget = Budget(self._settings.max_in_flight)
        self._group = GroupCommit(self._commit_counted, self._negative, self._settings.max_batch)
        self._buffer = memoryview(bytearray(CHUNK))
        self._accept_on()
        self._running.set()
        await self._stopping.wait()
        self._loop.remove_reader(self._socket)
        self._socket.close()
        await self._drain()
        self._group.close()

    def _accept_on(self) -> None:
        if not self._stopping.is_set():
            self._loop.add_reader(self._socket, self._accept)

    async def _drain(self) -> None:
        for connection in self._connections:
            connection.stop()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._settings.drain_timeout)
            for task in late:
                task.cancel()
            for connection in self._connections:
                connection.abort()

    def _accept(self) -> None:
        try:
            accepted, address = self._socket.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as failure:
            self._watch(WireEvent("unknown", "", f"cannot accept a connection: {failure.strerror}"))
            self._loop.remove_reader(self._socket)
            self._loop.call_later(_BREATH, self._accept_on)
            return
        self._admit(accepted, str(address[0]))

    def _admit(self, accepted: socket.socket, address: str) -> None:
        peer = self._settings.peer_of(address)
        refusal = self._refusal(peer)
        if peer is None or refusal:
            self._watch(WireEvent(peer.name if peer else "unknown", address, refusal))
            accepted.close()
            return
        self._per_peer[peer.name] += 1
        task = asyncio.create_task(self._serve(accepted, peer, address))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._leave(done, peer))

    def _leave(self, task: asyncio.Task[None], peer: Peer) -> None:
        self._tasks.remove(task)
        self._per_peer[peer.name] -= 1
        if not task.cancelled() and (failure := task.exception()):
            _log.error("hl7.connection_failed", peer=peer.name, exc_info=failure)

    async def _serve(self, accepted: socket.socket, peer: Peer, address: str) -> None:
        connection = self._connection(peer, address)
        try:
            await serve(accepted, self._settings.tls, connection)
        except OSError as failure:
            self._watch(WireEvent(peer.name, address, f"no secure connection: {type(failure).__name__}"))
            return
        self._connections.add(connection)
        if self._stopping.is_set():
            connection.stop()
        try:
            await connection.ended
        finally:
            self._connections.remove(connection)

    def _refusal(self, peer: Peer | None) -> str:
        if peer is None:
            return "turned away: no peer has this address"
        if len(self._tasks) >= self._settings.max_connections or self._per_peer[peer.name] >= peer.max_connections:
            return "turned away: too many connections"
        return ""

    def _connection(self, peer: Peer, address: str) -> Connection:
        return Connection(
            peer=peer,
            settings=self._settings,
            answering=self._group,
            budget=self._budget,
            clock=self._clock,
            report=lambda text: self._watch(WireEvent(peer.name, address, text)),
            buffer=self._buffer,
        )

    def _commit_counted(self, batch: Sequence[Received]) -> Sequence[bytes]:
        answers = self._commit(batch)
        told = Counter((received.peer, _code_of(answer)) for received, answer in zip(batch, answers, strict=True))
        for (peer, code), count in told.items():
            count_messages(peer, code, count)
        self._received += len(batch)
        self._last_received_at = batch[-1].received_at
        return answers

    def _negative(self, received: Received) -> bytes:
        now = self._clock.now()
        stamp = Stamp(f"{now:%Y%m%d%H%M%S%f}", now, self._settings.zone)
        said, mode = received.charset, received.acknowledging
        return decide_ack(received.raw, stored=False, stamp=stamp, charset=said, mode=mode).body
