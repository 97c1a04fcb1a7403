"""The running parts of a bridge: web server, HL7 listener, worker lanes and timers; started and ended together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from hospital_bridge.bootstrap import refuse_wrong_root_key
from hospital_bridge.errors import BridgeError
from hospital_bridge.handlers import handlers_of, periodic_tasks
from hospital_bridge.heartbeat import Heartbeat
from hospital_bridge.listening import listener_of
from hospital_bridge.logs import logger
from hospital_bridge.store.engine import UnsafeDatabase
from hospital_bridge.store.jobs import Lane
from hospital_bridge.web.app import create_app
from hospital_bridge.web.open_requests import open_requests
from hospital_bridge.web.serving import PageServer
from hospital_bridge.website import site_of
from hospital_bridge.workers.job_runner import JobRunner
from hospital_bridge.workers.listener import CannotListen
from hospital_bridge.workers.timers import Timers
from hospital_bridge.workers.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import TracebackType

    from hospital_bridge.bootstrap import Bridge

_log = logger(__name__)

THREADS = {Lane.TX: 1, Lane.IO: 8}


class Running:
    """A context manager: the named roles run while it is entered; ending it lets each finish what it is at."""

    def __init__(self, bridge: Bridge, roles: Collection[str], worker_name: str) -> None:
        self._bridge = bridge
        self._roles = roles
        self._worker_name = worker_name
        self._endings: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        self._refuse_unsafe_database()
        refuse_wrong_root_key(self._bridge.store)
        starts = {"worker": self._start_worker, "listener": self._start_listener, "web": self._start_web}
        try:
            for role, start in starts.items():
                if role in self._roles:
                    start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._endings:
            self._endings.pop()()

    def _refuse_unsafe_database(self) -> None:
        try:
            self._bridge.store.check()
        except UnsafeDatabase as fault:
            raise BridgeError("HB-D003", str(fault)) from fault

    def _start_worker(self) -> None:
        store = self._bridge.store
        runner = JobRunner(store, handlers_of(self._bridge), self._worker_name)
        worker = Worker(store, runner, THREADS)
        worker.start()
        self._endings.append(_ending(worker.stop))
        timers = Timers(store, periodic_tasks(self._bridge))
        timers.start()
        self._endings.append(timers.stop)

    def _start_web(self) -> None:
        told = self._bridge.settings.bridge.web
        app = create_app(site_of(self._bridge))
        try:
            server = PageServer(app, told.host, told.port, told.threads)
        except OSError as fault:
            raise BridgeError("HB-C014", f"{told.host}:{told.port}: {fault.strerror or fault}") from fault
        requests = open_requests(app)
        requests.start()
        self._endings.append(requests.stop)
        server.start()
        self._endings.append(server.stop)

    def _start_listener(self) -> None:
        heard = [operator.id for operator in self._bridge.settings.operators if operator.peers]
        if not heard:
            return
        listener = listener_of(self._bridge)
        try:
            listener.start()
        except CannotListen as fault:
            raise BridgeError("HB-C014", str(fault)) from fault
        self._endings.append(listener.stop)
        heartbeat = Heartbeat(self._bridge.store, heard)
        heartbeat.start()
        self._endings.append(heartbeat.stop)


def _ending(stop: Callable[[], bool]) -> Callable[[], None]:
    def end() -> None:
        if not stop():
            _log.warning("worker.stopped_late")

    return end
