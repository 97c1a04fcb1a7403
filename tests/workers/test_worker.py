from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.jobs import Job, Lane
from hospital_bridge.store.listening import listen
from hospital_bridge.store.signal import Signal, Signals
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from hospital_bridge.workers.worker import Worker
from tests.fixtures_store import Database

PATIENCE_SECONDS = 20


def open_store(database: Database) -> Store:
    return Store(database.engine, None, RandomIds(SystemClock()))


class Seen:
    """Notes what ran and tells when enough did."""

    def __init__(self, enough: int) -> None:
        self.refs: list[str] = []
        self.all = Event()
        self._enough = enough

    def note(self, _context: Work | Store, job: Job) -> None:
        self.refs.append(job.ref)
        if len(self.refs) >= self._enough:
            self.all.set()


def test_threads_run_both_lanes_and_stop_in_good_order(database: Database) -> None:
    store = open_store(database)
    seen = Seen(20)
    runner = JobRunner(store, Handlers(tx={"note": seen.note}, io={"note": seen.note}), "w1")
    worker = Worker(store, runner, {Lane.TX: 1, Lane.IO: 2})
    worker.start()
    for number in range(20):
        with store.begin("h1") as work:
            work.jobs.add("note", str(number), lane=Lane.TX if number % 2 else Lane.IO)
    assert seen.all.wait(PATIENCE_SECONDS)
    assert worker.stop()
    assert sorted(seen.refs, key=int) == [str(number) for number in range(20)]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_job_added_by_another_process_is_heard_of(database: Database) -> None:
    this_process, other_process, stopping = open_store(database), open_store(database), Event()
    signals = this_process.signals
    signal, other_lane = signals[Lane.IO], signals[Lane.TX]
    listening = Thread(target=listen, args=(database.engine, signals, stopping))
    listening.start()
    for _ in range(PATIENCE_SECONDS):
        with other_process.begin("h1") as work:
            work.jobs.add("note", "ref")
        signal.wait_beyond(0, 1)
        if signal.count:
            break
    stopping.set()
    listening.join(PATIENCE_SECONDS)
    assert (signal.count > 0, other_lane.count) == (True, 0)
    assert not listening.is_alive()


def test_a_process_hears_others_and_not_itself() -> None:
    here, there = Signals(Lane), Signals(Lane)
    told = here.told(Lane.TX)
    for signals in (here, there):
        signals.hear(told)
    assert (here[Lane.TX].count, there[Lane.TX].count, there[Lane.IO].count) == (0, 1, 0)
    there.hear("")
    assert there[Lane.IO].count == 1, "of an older process it is not known which lane it means"


def test_a_waiter_misses_no_signal_between_two_looks() -> None:
    signal = Signal()
    seen = signal.count
    signal.fire()
    signal.wait_beyond(seen, PATIENCE_SECONDS)
    assert signal.count == seen + 1


def test_trouble_with_the_database_does_not_end_a_thread(database: Database) -> None:
    store = open_store(database)
    seen = Seen(1)
    runner = JobRunner(store, Handlers(io={"note": seen.note}), "w1")
    worker = Worker(store, runner, {Lane.IO: 1})
    due, failures = store.due_operators, iter([RuntimeError("the database restarts")])

    def due_operators(lane: str) -> list[str]:
        failure = next(failures, None)
        if failure is not None:
            raise failure
        return due(lane)

    store.due_operators = due_operators  # type: ignore[method-assign]  # the trouble that is meant
    with store.begin("h1") as work:
        work.jobs.add("note", "ref", run_at=work.now - timedelta(seconds=1))
    worker.start()
    assert seen.all.wait(PATIENCE_SECONDS)
    assert worker.stop()
