"""The processes of the bridge: started, buried, started again, and woken when there is something to do."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from hospital_bridge.bootstrap import Outside
from hospital_bridge.payment.reconcile import ask_for_reconciliation
from hospital_bridge.settings import Settings
from tests.simulation.clockwork import CountingIds
from tests.simulation.fate import SimCrash
from tests.simulation.names import OPERATOR, WORKS
from tests.simulation.network import HospitalWire, WalletWire
from tests.simulation.patient import Living
from tests.simulation.process import Process

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

POLL_SECONDS = 0.5
"""How soon a worker notices that something is due."""
LONGEST_DOWN_SECONDS = 20.0
DEAD_JOBS = "SELECT job_id FROM job WHERE state = 'dead'"


class Bridges:
    """All of them work on one database."""

    def __init__(self, simulation: Simulation, settings: Settings, engine: Engine) -> None:
        self._simulation = simulation
        self._settings = settings
        self._engine = engine
        self._ids = CountingIds(simulation.clock)
        self._processes: dict[str, Process] = {}

    def start(self) -> None:
        """As many as the seed drew."""
        for number in range(self._simulation.options.processes):
            name = f"bridge-{number}"
            self._simulation.agenda.add(0, f"{name} starts", partial(self._start, name))

    def any(self) -> Process | None:
        """One that is up, or None."""
        living = [process for process in self._processes.values() if process.alive]
        return self._simulation.rng.choice(living) if living else None

    def wake(self) -> None:
        """Let each look at the jobs when the next one is due."""
        due = self._simulation.observer.next_job_at()
        if due is None:
            return
        now = self._simulation.clock.now()
        after = max((due - now).total_seconds(), 0.0)
        soon = now + timedelta(seconds=after + POLL_SECONDS)
        for process in self._processes.values():
            if process.has_time and (process.wakes_at is None or soon < process.wakes_at):
                self._wake_up(process, after + self._simulation.rng.random() * POLL_SECONDS)

    def ask_for_reconciliations(self, days: list[date]) -> Living:
        """What the timer of any process does, and another's after it died."""
        while days:
            process = self.any()
            if process is not None:
                with suppress(SimCrash), process.bridge.store.begin(OPERATOR) as work:
                    ask_for_reconciliation(process.money, work, days[0])
                if process.alive:
                    days.pop(0)
            yield 1.0

    def replay_dead_jobs(self) -> Living:
        """A person at the work list: a job that five dying workers dropped is parked until somebody looks."""
        while dead := self._simulation.observer.rows(DEAD_JOBS):
            process = self.any()
            if process is not None:
                with suppress(SimCrash), process.bridge.store.begin(OPERATOR) as work:
                    for (job_id,) in dead:
                        work.jobs.replay(job_id)
            yield 1.0

    def _start(self, name: str) -> None:
        simulation = self._simulation
        process = Process(name, simulation.strikes, self._bury, self._is_due)
        transport, link = WalletWire(process, simulation), HospitalWire(process, simulation)
        outside = Outside(simulation.clock, self._ids, transport, lambda *_, **__: link, database_time=False)
        self._processes[name] = process
        process.start(self._settings, outside, self._engine, simulation.rng)

    def _is_due(self) -> bool:
        due = self._simulation.observer.next_job_at()
        return due is not None and due <= self._simulation.clock.now()

    def _bury(self, process: Process) -> None:
        downtime = self._simulation.rng.random() * LONGEST_DOWN_SECONDS
        self._simulation.agenda.add(downtime, f"{process.name} starts again", partial(self._start, process.name))

    def _wake_up(self, process: Process, after: float) -> None:
        at = process.wakes_at = self._simulation.clock.now() + timedelta(seconds=after)
        self._simulation.agenda.add(after, f"{process.name}{WORKS}", partial(_work, process, at))


def _work(process: Process, at: datetime) -> None:
    # What was planned before an earlier waking came up is not planned any more, or every change would add a waking.
    if process.wakes_at == at:
        process.wakes_at = None
        process.work()
