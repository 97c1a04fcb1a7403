"""The simulated hospital on the network: MLLP, a thread for each connection, many messages on each."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

from adapters.hl7.mllp import Framer, FramingFault, frame
from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.hospital.hospital import Reply, SimulatedHospital

_CHUNK = 65536
_LINGER_ZERO = struct.pack("ii", 1, 0)


class HospitalServer:
    """Serves one hospital at one address; `port` 0 takes a free one, and `port` then tells which."""

    def __init__(self, hospital: SimulatedHospital, clock: Clock, host: str = "127.0.0.1", port: int = 0) -> None:
        self._hospital = hospital
        self._clock = clock
        self._address = (host, port)
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._address[1]

    def start(self) -> None:
        """Listen; OSError where the address is in use."""
        self._hospital.endurance.start_anew()
        listener = socket.create_server(self._address)
        self._listener = listener
        self._address = (self._address[0], listener.getsockname()[1])
        self._run(self._accept, listener)

    def stop(self) -> None:
        """Close every connection and end every thread."""
        with self._lock:
            closing = [*self._connections, *([self._listener] if self._listener else [])]
            self._listener = None
        for connection in closing:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _run(self, task: Callable[[socket.socket], None], connection: socket.socket) -> None:
        thread = threading.Thread(target=task, args=(connection,), name="simulated-hospital", daemon=True)
        self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                if self._listener is None:
                    connection.close()
                    return
                self._connections.add(connection)
            self._run(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        framer = Framer()
        with connection, contextlib.suppress(OSError, FramingFault):
            while chunk := connection.recv(_CHUNK):
                for received in framer.feed(chunk):
                    self._answer(connection, received.payload)
        with self._lock:
            self._connections.discard(connection)

    def _answer(self, connection: socket.socket, message: bytes) -> None:
        with self._hospital.endurance.call() as bears_it:
            if bears_it:
                self._reply(connection, self._hospital.answer(message))

    def _reply(self, connection: socket.socket, reply: Reply) -> None:
        if reply.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
            connection.close()
            raise ConnectionResetError
        if reply.payload is None:
            return
        if reply.delay_seconds:
            self._clock.sleep(reply.delay_seconds)
        connection.sendall(frame(reply.payload))
