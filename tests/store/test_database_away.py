"""PostgreSQL goes away and comes back: one unit of work is told so, and the next finds it again."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from hospital_bridge.store import engine
from hospital_bridge.store.engine import DatabaseAway, make_engine
from hospital_bridge.store.straight import rows_of
from hospital_bridge.store.unit_of_work import Store
from tests.fixtures_store import Database

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

_END_ALL = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
)


def break_off(database: Database) -> None:
    """End every connection of the application's, as a restarted server does."""
    other = make_engine(database.url)
    with other.begin() as connection:
        assert connection.execute(_END_ALL).all()
    other.dispose()


def test_a_connection_that_rested_is_tried_before_it_is_used(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_REST_SECONDS", 0)
    with store.read("h1") as work:
        assert work.jobs.dead() == []
    break_off(database)
    with store.read("h1") as work:
        assert work.jobs.dead() == []


def test_a_unit_of_work_that_is_broken_off_is_told_and_the_next_one_goes_on(database: Database, store: Store) -> None:
    def broken_off() -> None:
        with store.begin("h1") as work:
            break_off(database)
            work.jobs.add("topic", "1")

    with pytest.raises(DatabaseAway):
        broken_off()
    with store.begin("h1") as work:
        work.jobs.add("topic", "2")
        assert [ref for (ref,) in rows_of(work.connection, "SELECT ref FROM job")] == ["2"]
