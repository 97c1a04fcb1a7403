"""The network in front of the hospital's PostgreSQL: it passes everything on, but a reading that a fault strikes.

Of the protocol (PostgreSQL 18, chapter 54) it knows the frames, and where a statement, an error and a row stand.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind

if TYPE_CHECKING:
    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital

_REFUSED_EXTRAS = frozenset({80877103, 80877104})
"""SSLRequest and GSSENCRequest."""

_VIEWS: Mapping[str, str] = {
    "KS": "MFQ^M05",
    "YS": "MFQ^M02",
    "HY": "SQM^S25",
    "YY": "SQM^S25",
    "BR": "QBP^Q22",
    "GH": "news",
    "FY": "news",
    "BG": "news",
}
_VIEW = re.compile(rb"Out_view_([A-Z]{2})(?s:.*?\b(LSH|RQ) = )?")
_OF_ONE, _OF_DAY = "QBP^ZQ1", "QBP^ZQ2"
_STATES = {FaultKind.BUSY: b"55P03", FaultKind.ERROR: b"XX000", FaultKind.REFUSE: b"P0001"}
_SILENT = frozenset({FaultKind.NO_REPLY, FaultKind.FOREIGN_ACK})


class Wire:
    """Listens at one address and passes each connection on to the server's socket."""

    def __init__(self, hospital: SimulatedHospital, clock: Clock, address: tuple[str, int], server: str) -> None:
        self._hospital = hospital
        self._clock = clock
        self._address = address
        self._server = server
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._address[1]

    def start(self) -> None:
        """Listen; OSError where the address is in use."""
        self._listener = socket.create_server(self._address)
        self._address = self._listener.getsockname()
        self._run(self._accept, self._listener)

    def stop(self) -> None:
        """Break every connection."""
        for each in [*self._open, *([self._listener] if self._listener else [])]:
            _break(each)
        self._open.clear()

    def _run(self, task: object, *told: object) -> None:
        threading.Thread(target=task, args=told, name="simulated-hospital-wire", daemon=True).start()  # type: ignore[arg-type]

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                self._open |= {client, server}
                self._run(self._serve, client, server)

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        line = _Line(client, server, self._hospital, self._clock)
        with contextlib.suppress(OSError, EOFError):
            line.begin()
            self._run(line.answers)
            line.questions()
        _break(client)
        _break(server)
        self._open -= {client, server}


class _Line:
    """One connection: what the client asks, and what the server answers."""

    def __init__(self, client: socket.socket, server: socket.socket, hospital: SimulatedHospital, clock: Clock) -> None:
        self._client, self._server = client, server
        self._hospital, self._clock = hospital, clock
        self._named: dict[bytes, str] = {}
        self._extra_fen = 0
        self._amount = -1

    def begin(self) -> None:
        """Pass the beginning on, neither encrypted nor with another way of logging in."""
        while True:
            size = _read(self._client, 4)
            body = _read(self._client, struct.unpack("!I", size)[0] - 4)
            if struct.unpack("!I", body[:4])[0] not in _REFUSED_EXTRAS:
                self._server.sendall(size + body)
                return
            self._client.sendall(b"N")

    def questions(self) -> None:
        """Pass on what is asked up to each Sync, or fail it."""
        batch, trigger = b"", ""
        while True:
            kind, body = _message(self._client)
            batch += _framed(kind, body)
            trigger = self._asked(kind, body) or trigger
            if kind not in (b"S", b"Q", b"X"):
                continue
            fault = self._hospital.faults.take(trigger) if trigger else None
            if fault is None or self._still_goes_on(fault):
                self._server.sendall(batch)
            batch, trigger = b"", ""

    def answers(self) -> None:
        """Pass on what is answered, amounts as a fault has them."""
        with contextlib.suppress(OSError, EOFError):
            while True:
                kind, body = _message(self._server)
                if kind == b"T":
                    self._amount = next((n for n, name in enumerate(_columns(body)) if name.upper() == b"JE"), -1)
                elif kind == b"D" and self._extra_fen and self._amount >= 0:
                    body = _with_more(body, self._amount, self._extra_fen)
                elif kind == b"Z":
                    self._extra_fen = 0
                self._client.sendall(_framed(kind, body))
        _break(self._client)

    def _asked(self, kind: bytes, body: bytes) -> str:
        """The trigger of the reading that is asked for, '' for everything else."""
        if kind == b"Q":
            return _trigger(body)
        if kind == b"P":
            name, statement, _ = body.split(b"\0", 2)
            self._named[name] = _trigger(statement)
            return self._named[name]
        return self._named.get(body.split(b"\0", 2)[1], "") if kind == b"B" else ""

    def _still_goes_on(self, fault: Fault) -> bool:
        """Whether the question reaches the server although something goes wrong."""
        match fault.kind:
            case FaultKind.RESET:
                raise EOFError
            case FaultKind.GARBLED:
                self._client.sendall(b"\xff" * 64)
                return False
            case FaultKind.LATE:
                self._clock.sleep(fault.seconds)
                return True
            case FaultKind.WRONG_AMOUNT:
                self._extra_fen = fault.extra_fen
                return True
            case kind if kind in _SILENT:
                return False
            case kind:
                told = fault.text.encode()
                error = b"SERROR\0VERROR\0C" + _STATES[kind] + b"\0M" + told + b"\0\0"
                self._client.sendall(_framed(b"E", error) + _framed(b"Z", b"E"))
                return False


def _trigger(statement: bytes) -> str:
    found = _VIEW.search(statement)
    if found is None:
        return ""
    view, by = found[1].decode(), found[2]
    return _VIEWS.get(view, _OF_ONE if by == b"LSH" else _OF_DAY)


def _columns(body: bytes) -> Iterator[bytes]:
    """The names of a RowDescription."""
    at = 2
    for _ in range(struct.unpack("!H", body[:2])[0]):
        end = body.index(b"\0", at)
        yield body[at:end]
        at = end + 19


def _with_more(body: bytes, place: int, extra_fen: int) -> bytes:
    """A DataRow whose amount in yuan is another."""
    at, made = 2, body[:2]
    for number in range(struct.unpack("!H", body[:2])[0]):
        (size,) = struct.unpack("!i", body[at : at + 4])
        value = body[at + 4 : at + 4 + max(0, size)]
        if number == place and size > 0:
            value = str(Decimal(value.decode()) + Decimal(extra_fen) / 100).encode()
            size = len(value)
        made += struct.pack("!i", size) + value
        at += 4 + len(body[at + 4 : at + 4 + max(0, struct.unpack("!i", body[at : at + 4])[0])])
    return made


def _framed(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def _message(wire: socket.socket) -> tuple[bytes, bytes]:
    kind = _read(wire, 1)
    (size,) = struct.unpack("!I", _read(wire, 4))
    return kind, _read(wire, size - 4)


def _read(wire: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        chunk = wire.recv(size - len(found))
        if not chunk:
            raise EOFError
        found += chunk
    return found


def _break(wire: socket.socket) -> None:
    with contextlib.suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
    wire.close()
