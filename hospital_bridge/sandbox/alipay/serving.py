"""The gateway on a socket, with a thread that sends the notices."""

from __future__ import annotations

from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from hospital_bridge.sandbox.alipay.world import AlipayWorld

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_NOTICE_INTERVAL_SECONDS = 0.2
_POLL_SECONDS = 0.02


class _Handler(WSGIRequestHandler):
    """Request lines hold signatures and ids: they are not logged; a cut connection is closed at once."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:
        self.close_connection = True


class GatewayServer:
    """A served gateway; leave it as a context manager or by `close`."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._server = make_server(host, port, app, threaded=True, request_handler=_Handler)
        self._thread = Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="alipay-sandbox", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.port

    def close(self) -> None:
        """Stop listening and wait for the last answer."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve_gateway(app: Flask, host: str = "127.0.0.1", port: int = 0) -> tuple[GatewayServer, int]:
    """Serve the app in a thread; port 0 takes any free one."""
    server = GatewayServer(app, host, port)
    return server, server.port


class NoticePump:
    """A thread that sends whatever notices are due."""

    def __init__(self, world: AlipayWorld, interval_seconds: float = _NOTICE_INTERVAL_SECONDS) -> None:
        self._world = world
        self._interval_seconds = interval_seconds
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="alipay-notices", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval_seconds):
            self._world.deliver_due()

    def close(self) -> None:
        """Stop after the present round."""
        self._stopped.set()
        self._thread.join()
