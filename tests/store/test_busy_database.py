"""Another process holds the one writer of the embedded database: nothing is lost, and nobody is blamed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Thread

import pytest
from sqlalchemy import Column, MetaData, String, Table, insert, update

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store import busy
from hospital_bridge.store.busy import DatabaseBusy
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from tests.fixtures_store import Database
from tests.steered import FakeClock


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "WAIT_SECONDS", 0.02)


@contextmanager
def held(database: Database) -> Iterator[None]:
    """The write lock, in the hands of another connection."""
    other = sqlite3.connect(database.engine.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whoever_cannot_write_is_told_that_the_database_is_busy(database: Database, store: Store) -> None:
    with held(database), pytest.raises(DatabaseBusy), store.begin("h1"):
        pass
    with store.begin("h1") as work:
        assert work.jobs.dead() == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lane", [Lane.TX, Lane.IO])
def test_a_job_that_finds_the_database_busy_is_tried_again_and_never_blamed(
    store: Store, clock: FakeClock, lane: Lane
) -> None:
    trouble = iter([DatabaseBusy()] * 7)

    def busy_at_first(*_: object) -> None:
        for each in trouble:
            raise each

    handler: Callable[..., None] = busy_at_first
    runner = JobRunner(store, Handlers(tx={"x": handler}, io={"x": handler}), "w1", lambda: 0.0)
    with store.begin("h1") as work:
        job_id = work.jobs.add("x", "ref", lane=lane)
    while runner.run_once(lane):
        pass
    with store.read("h1") as work:
        assert (work.jobs.get(job_id).state, work.jobs.get(job_id).faults) == ("done", 0)


@pytest.fixture
def tables() -> MetaData:
    return _TABLES


_TABLES = MetaData()
_PLACE = Table("deadlock_place", _TABLES, Column("name", String(8), primary_key=True), Column("by", String(8)))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_unit_of_work_that_was_broken_off_for_another_one_is_told_the_same(database: Database) -> None:
    """Two that wait for each other: PostgreSQL lets one go on, and the other is undone through no fault of its own."""
    store = Store(database.engine, None, RandomIds(SystemClock()))
    with store.begin("h1") as work:
        work.connection.execute(insert(_PLACE), [{"name": "a", "by": ""}, {"name": "b", "by": ""}])
    together, told = Barrier(2), list[str]()

    def lock(work: Work, name: str) -> None:
        work.connection.execute(update(_PLACE).where(_PLACE.c.name == name).values(by="x"))

    def cross(first: str, second: str) -> None:
        try:
            with store.begin("h1") as work:
                lock(work, first)
                together.wait(10)
                lock(work, second)
            told.append("done")
        except DatabaseBusy:
            told.append("busy")

    threads = [Thread(target=cross, args=names) for names in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["busy", "done"]
