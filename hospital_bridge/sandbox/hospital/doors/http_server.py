"""A door that speaks HTTP/1.1: what it is asked goes to one function, and faults of the wire are played here."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.hospital.endurance import Endurance

_LINGER_ZERO = struct.pack("ii", 1, 0)
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; header names in lower case, `target` with its query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """What goes back: a status, headers and bytes, after a delay; or silence, or a reset of the connection."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    silent: bool = False
    reset: bool = False


_FALLEN = Answered(200, silent=True)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Who hung up is no error of ours."""


class HttpServer:
    """Serves one function at one address; `port` 0 takes a free one, and `port` then tells which."""

    def __init__(
        self, answer: Callable[[Asked], Answered], endurance: Endurance, clock: Clock, host: str, port: int
    ) -> None:
        self._answer = answer
        self._endurance = endurance
        self._clock = clock
        self._address = (host, port)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._address[1]

    def start(self) -> None:
        """Listen; OSError where the address is in use."""
        self._endurance.start_anew()
        self._server = _Server(self._address, self._handler())
        self._address = (self._address[0], self._server.server_port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and end every thread but those that sleep on the clock."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        with self._lock:
            closing = list(self._connections)
        for connection in closing:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.socket.close()
        self._server = None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                with door._lock:
                    door._connections.add(self.connection)

            def finish(self) -> None:
                with door._lock:
                    door._connections.discard(self.connection)
                with contextlib.suppress(OSError):
                    super().finish()

            def do_GET(self) -> None:
                self._reply()

            do_POST = do_GET  # noqa: N815 - named by the library
            do_PUT = do_GET  # noqa: N815 - the same

            def _reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                told = {name.lower(): value for name, value in self.headers.items()}
                with door._endurance.call() as bears_it:
                    asked = Asked(self.command, self.path, told, body)
                    door._play(self, door._answer(asked) if bears_it else _FALLEN)

            def log_message(self, *_: object) -> None:
                return

        return Handler

    def _play(self, handler: BaseHTTPRequestHandler, answered: Answered) -> None:
        handler.close_connection = handler.close_connection or answered.silent or answered.reset
        if answered.reset:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
            handler.connection.close()
            return
        if answered.silent:
            with contextlib.suppress(OSError):
                handler.connection.recv(1)
            return
        if answered.delay_seconds:
            self._clock.sleep(answered.delay_seconds)
        with contextlib.suppress(OSError):
            handler.send_response(answered.status)
            for name, value in {**answered.headers, "Content-Length": str(len(answered.body))}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(answered.body)
