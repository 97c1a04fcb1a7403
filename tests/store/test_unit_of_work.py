from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.engine import UnsafeDatabase, make_engine
from hospital_bridge.store.jobs import JOB, Lane
from hospital_bridge.store.operators import OPERATOR
from hospital_bridge.store.streams import STREAM_HEAD
from hospital_bridge.store.unit_of_work import Store
from tests.fixtures_store import Database
from tests.postgresql_server import OWNER_ROLE
from tests.steered import CountedIds, FakeClock

THREADS, INCREMENTS = 4, 20


def in_threads(work: Callable[[], None]) -> None:
    threads = [Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("shared", [True, False])
def test_read_modify_write_loses_no_update(database: Database, ids: CountedIds, *, shared: bool) -> None:
    """With one store for all threads, and with one for each as if they were processes."""
    store = Store(database.engine, None, ids)
    with store.begin("h1") as work:
        work.table(STREAM_HEAD).add(stream_key="counter", last_seq=0, done_seq=0)

    def count_up() -> None:
        mine = store if shared else Store(database.engine, None, ids)
        for _ in range(INCREMENTS):
            with mine.begin("h1") as work:
                counter = work.table(STREAM_HEAD)
                row = counter.one(STREAM_HEAD.c.stream_key == "counter", lock=True)
                assert row is not None
                counter.change(STREAM_HEAD.c.stream_key == "counter", last_seq=row.last_seq + 1)

    in_threads(count_up)
    with store.read("h1") as work:
        row = work.table(STREAM_HEAD).one()
        assert row is not None
        assert row.last_seq == THREADS * INCREMENTS


def test_jobs_added_by_many_threads_get_a_stream_without_gaps(database: Database) -> None:
    store = Store(database.engine, None, RandomIds(SystemClock()))

    def add_jobs() -> None:
        for _ in range(INCREMENTS):
            with store.begin("h1") as work:
                work.jobs.add("note", "ref", stream="patient-1")

    in_threads(add_jobs)
    with store.read("h1") as work:
        numbers = [row.stream_seq for row in work.table(JOB).all(order_by=[JOB.c.stream_seq])]
        heads = [row.stream_seq for row in work.table(JOB).all(JOB.c.is_head)]
    assert numbers == list(range(1, THREADS * INCREMENTS + 1))
    assert heads == [1]


def test_a_reading_unit_of_work_cannot_write(store: Store) -> None:
    with store.read("h1") as work, pytest.raises(DBAPIError):
        work.jobs.add("note", "ref")
    with store.begin("h1") as work:
        work.jobs.add("note", "ref")
        assert len(work.table(JOB).all()) == 1


def test_a_unit_of_work_has_one_instant(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        before = work.now
        clock.advance(timedelta(hours=1))
        assert work.now == before


def test_without_a_clock_the_database_tells_the_time(database: Database, ids: CountedIds) -> None:
    with Store(database.engine, None, ids).begin("h1") as work:
        now = work.now
    assert now.tzinfo is UTC
    assert abs(SystemClock().now() - now) < timedelta(minutes=1)


def test_an_instant_comes_back_as_it_was_kept(store: Store, clock: FakeClock) -> None:
    clock.advance(timedelta(microseconds=7))
    with store.begin("h1") as work:
        work.table(OPERATOR).change(created_at=work.now)
    with store.read("h1") as work:
        row = work.table(OPERATOR).one()
        assert row is not None
        assert row.created_at == clock.now()


def test_a_naive_instant_is_refused(store: Store) -> None:
    naive = datetime(2026, 11, 23, 8, 30)  # noqa: DTZ001  that is the point
    with store.begin("h1") as work, pytest.raises(Exception, match="naive instant"):
        work.table(OPERATOR).change(created_at=naive)


def test_what_follows_the_commit_follows_only_a_commit(store: Store) -> None:
    def add_and_fail() -> None:
        with store.begin("h1") as work:
            work.jobs.add("note", "ref")
            raise RuntimeError("undone")

    def counts() -> dict[Lane, int]:
        return {lane: store.signals[lane].count for lane in Lane}

    with pytest.raises(RuntimeError, match="undone"):
        add_and_fail()
    assert counts() == {Lane.TX: 0, Lane.IO: 0}
    with store.begin("h1") as work:
        work.jobs.add("note", "ref")
        work.jobs.add("note", "ref")
        assert counts() == {Lane.TX: 0, Lane.IO: 0}
    assert counts() == {Lane.TX: 0, Lane.IO: 1}, "whoever works in the other lane is not woken"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_commits_to_the_disk(database: Database) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    with database.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected}
    assert found == expected


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_may_lose_a_commit_is_refused(database: Database) -> None:
    name = database.engine.url.database
    with database.owner.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    careless = make_engine(database.url)
    with pytest.raises(UnsafeDatabase, match="synchronous_commit"):
        careless.connect()
    careless.dispose()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_no_plan_is_kept_from_when_a_table_was_small(store: Store) -> None:
    with store.begin("h1") as work:
        for _ in range(20):
            work.operators.get()
        counted = text("SELECT count(*), sum(generic_plans), max(custom_plans) FROM pg_prepared_statements")
        prepared, generic, custom = work.connection.execute(counted).one()
    assert prepared > 0
    assert (int(generic), custom > 10) == (0, True)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_login_that_sees_every_operator_is_refused(database: Database) -> None:
    owner = make_engine(database.owner.url.render_as_string(hide_password=False))
    assert owner.url.username == OWNER_ROLE
    with pytest.raises(UnsafeDatabase, match="owns"):
        Store(owner, None, RandomIds(SystemClock())).check()
    Store(database.engine, None, RandomIds(SystemClock())).check()
    owner.dispose()
