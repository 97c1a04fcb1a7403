"""A process's job threads: each runs one lane, wakes when work is announced, and stops in good order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event, Thread

from hospital_bridge.logs import logger
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.listening import listen
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.store.worker_name import WorkerName
from hospital_bridge.workers.job_runner import LEASE, JobRunner

IDLE_SECONDS = 0.5
PAUSE_AFTER_TROUBLE_SECONDS = 1.0
STOP_SECONDS = 25.0

_log = logger(__name__)


class Worker:
    """Runs jobs until stopped; `threads` says how many of each lane (on SQLite one tx thread is enough)."""

    def __init__(self, store: Store, runner: JobRunner, threads: Mapping[Lane, int]) -> None:
        self._store = store
        self._runner = runner
        self._name = WorkerName(store.engine, runner.name)
        self._stopping = Event()
        loops: list[Callable[[], None]] = [self._renew, self._listen]
        loops += [self._loop_of(lane) for lane, count in threads.items() for _ in range(count)]
        self._threads = [Thread(target=self._guarded, args=(loop,), daemon=True) for loop in loops]

    def start(self) -> None:
        """Take up what a worker of this name left behind, then run; HB-D005 while another one lives."""
        self._name.take()
        self._runner.recover()
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """Take no new job and wait for the running ones; False when one did not end in time."""
        self._stopping.set()
        self._store.signals.fire()
        for thread in self._threads:
            thread.join(seconds / len(self._threads))
        self._name.release()
        return not any(thread.is_alive() for thread in self._threads)

    def _loop_of(self, lane: Lane) -> Callable[[], None]:
        signal = self._store.signals[lane]

        def loop() -> None:
            seen = signal.count
            if not self._runner.run_once(lane):
                signal.wait_beyond(seen, IDLE_SECONDS)

        return loop

    def _renew(self) -> None:
        if not self._stopping.wait(LEASE.total_seconds() / 3):
            self._runner.renew()
            self._name.keep()

    def _listen(self) -> None:
        listen(self._store.engine, self._store.signals, self._stopping)
        self._stopping.wait(IDLE_SECONDS)

    def _guarded(self, loop: Callable[[], None]) -> None:
        """Go on after trouble such as a restarting database: a thread that dies would be missed by nobody."""
        while not self._stopping.is_set():
            try:
                loop()
            except Exception as error:  # noqa: BLE001  whatever it is, the next round may succeed
                _log.error("worker.trouble", error=type(error).__name__)
                self._stopping.wait(PAUSE_AFTER_TROUBLE_SECONDS)
