"""How PostgreSQL reads for what is received: by the index, however little it knows of the table, and planned once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Row, event, text

from hospital_bridge.store.inbox import Envelope, InboxState, Kept
from hospital_bridge.store.known_messages import known_of
from hospital_bridge.store.unit_of_work import Store, Work
from tests.fixtures_store import Database

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ENVELOPES = [Envelope("his", "HIS", "H1", "2026", str(number)) for number in range(9)]


@pytest.fixture
def tables() -> MetaData:
    """None besides the core's, but so the database is nobody else's: PostgreSQL has never counted a row in it."""
    return MetaData()


def keep_new(work: Work) -> None:
    work.inbox.keep_new([Kept(work.ids.new(), each, b"", "", b"", InboxState.RECEIVED, NOW) for each in ENVELOPES], 1)


def look_up(work: Work) -> None:
    known_of(work, ((each, "") for each in ENVELOPES))


@pytest.mark.parametrize("asking", [keep_new, look_up])
@pytest.mark.parametrize("by_keys", [True, False])
def test_a_name_is_looked_up_by_the_index_in_a_table_that_was_never_counted(
    database: Database, store: Store, asking: Callable[[Work], None], *, by_keys: bool
) -> None:
    plans: list[str] = []

    def explain(connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        driver: Any = connection.connection.driver_connection
        if "FROM inbox_message" in statement:
            plans.extend(row[0] for row in driver.execute(f"EXPLAIN {statement}", parameters))

    event.listen(database.engine, "before_cursor_execute", explain)
    with (store.by_keys() if by_keys else store).begin("h1") as work:
        asking(work)
    plan = "\n".join(plans)
    assert "(control_id = " in plan
    assert "hashed" not in plan
    assert "Seq Scan" not in plan


def test_what_asks_by_keys_alone_is_planned_once(store: Store) -> None:
    plans = text("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE 'INSERT%'")
    planned: Sequence[Row[Any]] = ()
    for number in range(12):
        with store.by_keys().begin("h1") as work:
            work.jobs.add("topic", str(number), stream="stream")
            planned = work.connection.execute(plans).all()
    assert planned
    assert all(plan.generic_plans > 0 and plan.custom_plans == 0 for plan in planned)
    with store.begin("h1") as work:
        settings = text("SELECT current_setting('plan_cache_mode'), current_setting('enable_seqscan')")
        assert work.connection.execute(settings).one() == ("force_custom_plan", "on")
