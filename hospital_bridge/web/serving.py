"""The web server of the application."""

from __future__ import annotations

import resource
from threading import Thread
from time import monotonic
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import TcpWSGIServer, create_server

from hospital_bridge.web.waiting import Line

STOP_SECONDS = 10.0
CONNECTIONS, OTHER_FILES = 4096, 512
"""Open at the same time, as far as the system lets a process have so many: who finds no room hears nothing at all."""

LOOK_SECONDS = 0.02
"""How often a server that stops looks for answers that have ended."""


class PageServer:
    """Serves the pages from threads of its own; listening from the start, OSError where the address cannot be had.

    Forwarded headers are left as they come: `web.client_address` believes those of trusted proxies alone.
    """

    def __init__(self, app: Flask, host: str, port: int, threads: int) -> None:
        line = Line()
        server = create_server(
            app,
            _dispatcher=line,
            host=host,
            port=port,
            backlog=CONNECTIONS,
            connection_limit=_connections(),
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=False,
        )
        if not isinstance(server, TcpWSGIServer):
            server.close()
            raise OSError(f"{host} names several addresses; give one of them")
        # The published types of waitress are wrong about what a server holds.
        self._server: Any = server
        self._line, self._threads = line, threads
        self._thread = Thread(target=server.run, name="web", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.effective_port)

    def start(self) -> None:
        """Begin to answer."""
        self._line.open(self._threads)
        self._thread.start()

    def stop(self) -> None:
        """Answer what has been asked and close, within `STOP_SECONDS` where answers end.

        Its own thread hangs up, for a socket must not vanish under `select`. The pipe that wakes that thread is closed
        last: whoever answers wakes it too, and a number that is closed may be another file by then.
        """
        until = monotonic() + STOP_SECONDS
        while self._thread.is_alive() and monotonic() < until:
            self._server.trigger.pull_trigger(self._hang_up)
            self._thread.join(LOOK_SECONDS)
        self._server.task_dispatcher.shutdown()
        if not self._thread.is_alive():
            self._server.trigger.close()

    def _hang_up(self) -> None:
        """Take no more connections, and end those on which nobody waits for an answer: browsers keep theirs open."""
        wasyncore.dispatcher.close(self._server)
        for channel in list(self._server.active_channels.values()):
            if not channel.requests:
                channel.will_close = True
        if not self._server.active_channels:
            self._server.trigger.del_channel()


def _connections() -> int:
    """As many as may be open, after this process has asked for what it is allowed."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(100, min(CONNECTIONS, soft - OTHER_FILES))
