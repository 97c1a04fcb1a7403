"""The bridge's own command line, in a process that kills itself.

Environment: CRASH_LOG is a file that grows by one line at each commit and send that is passed; at the line
whose number is CRASH_AT the process dies by SIGKILL. 0 spares it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect

from adapters.hl7.sender import MllpClient
from adapters.http import UrllibTransport
from hospital_bridge.cli import main

LOG, AT = "CRASH_LOG", "CRASH_AT"


class Fuse:
    """Counts the points that the process passes, in whichever thread."""

    def __init__(self, log: str, deadly: int) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._deadly = deadly
        self._passed = 0
        self._lock = Lock()

    def point(self, words: str) -> None:
        """Write the point down, and die when it is the deadly one."""
        with self._lock:
            self._passed += 1
            os.write(self._log, f"{words}\n".encode())
            if self._passed == self._deadly:
                os.kill(os.getpid(), signal.SIGKILL)


def lay(fuse: Fuse) -> None:
    """Put points around every commit of a writing transaction and every send of the two transports."""
    commit = DefaultDialect.do_commit

    def before(connection: Connection) -> None:
        if not connection.get_execution_options().get("hb_read_only", False):
            connection.info["mortal"] = True
            fuse.point("before commit")

    def do_commit(dialect: DefaultDialect, dbapi_connection: Any) -> None:
        commit(dialect, dbapi_connection)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        if getattr(dbapi_connection, "info", {}).pop("mortal", False):
            fuse.point("after commit")

    event.listen(Engine, "commit", before)
    setattr(DefaultDialect, "do_commit", do_commit)  # noqa: B010  every engine of this process
    for wire, method in ((UrllibTransport, "send"), (MllpClient, "exchange")):
        setattr(wire, method, _around(getattr(wire, method), fuse))


def _around(send: Callable[..., Any], fuse: Fuse) -> Callable[..., Any]:
    def sending(*arguments: Any) -> Any:
        fuse.point("before send")
        answer = send(*arguments)
        fuse.point("after send")
        return answer

    return sending


def run() -> None:
    """The bridge's command line, with points where the environment names a log."""
    if LOG in os.environ:
        lay(Fuse(os.environ[LOG], int(os.environ[AT])))
    main()
