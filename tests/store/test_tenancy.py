"""What the database itself refuses, whatever SQL the application sends (PostgreSQL)."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Connection, MetaData, Table, text
from sqlalchemy.exc import DBAPIError

from hospital_bridge.store.metadata import CODE, is_append_only, operator_column
from hospital_bridge.store.operators import OPERATOR
from hospital_bridge.store.tables import core_metadata
from hospital_bridge.store.unit_of_work import Store
from tests.fixtures_store import Database
from tests.postgresql_server import APPLICATION_ROLE

postgresql_only = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def add_job(store: Store, operator_id: str) -> None:
    with store.begin(operator_id) as work:
        work.jobs.add("note", "ref")


def append_only() -> set[str]:
    return {table.name for table in core_metadata().sorted_tables if is_append_only(table)}


def query(connection: Connection, statement: str) -> list[object]:
    return list(connection.execute(text(statement)).scalars())


@postgresql_only
def test_every_table_of_an_operator_is_under_forced_row_level_security(database: Database) -> None:
    with database.owner.connect() as connection:
        tenant_tables = query(
            connection,
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'operator_id'",
        )
        secured = query(
            connection,
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
            " WHERE relrowsecurity AND relforcerowsecurity AND polname = 'operator_only'",
        )
    assert set(tenant_tables) == {t.name for t in core_metadata().sorted_tables if "operator_id" in t.c}
    assert set(tenant_tables) == set(secured)


@postgresql_only
def test_an_operator_sees_only_its_own_rows_even_with_raw_sql(store: Store) -> None:
    add_job(store, "h1")
    add_job(store, "h2")
    with store.read("h1") as work:
        assert query(work.connection, "SELECT DISTINCT operator_id FROM job") == ["h1"]
        assert query(work.connection, "SELECT operator_id FROM operator") == ["h1"]


@postgresql_only
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO stream_head VALUES ('h2', 'stream', 1, 0)",
        "UPDATE operator SET operator_id = 'h2' WHERE operator_id = 'h1'",
    ],
)
def test_an_operator_can_write_no_row_of_another(store: Store, statement: str) -> None:
    with store.begin("h1") as work, pytest.raises(DBAPIError, match="row-level security"):
        work.connection.execute(text(statement))


@postgresql_only
@pytest.mark.parametrize("statement", ["UPDATE job SET ref = 'x'", "DELETE FROM operator"])
def test_a_change_without_a_predicate_reaches_no_other_operator(store: Store, statement: str) -> None:
    add_job(store, "h2")
    try:
        with store.begin("h1") as work:
            work.connection.execute(text(statement))
    finally:
        with store.read("h2") as work:
            assert query(work.connection, "SELECT ref FROM job") == ["ref"]
            assert query(work.connection, "SELECT operator_id FROM operator") == ["h2"]


@postgresql_only
def test_without_an_operator_nothing_is_seen(database: Database, store: Store) -> None:
    add_job(store, "h1")
    with database.engine.connect() as connection:
        assert query(connection, "SELECT job_id FROM job") == []


@postgresql_only
def test_the_operator_does_not_outlive_its_transaction(database: Database, store: Store) -> None:
    with store.read("h1"):
        pass
    with database.engine.connect() as connection:
        assert query(connection, "SELECT coalesce(current_setting('hb.operator', true), '')") == [""]


@postgresql_only
def test_the_application_owns_nothing_and_cannot_bypass(database: Database) -> None:
    with database.engine.connect() as connection:
        assert query(connection, "SELECT current_user::text") == [APPLICATION_ROLE]
        assert query(connection, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") == [
            False
        ]
        assert query(connection, "SELECT relname FROM pg_class WHERE relowner = current_user::regrole") == []
        with pytest.raises(DBAPIError):
            connection.execute(text("ALTER TABLE job DISABLE ROW LEVEL SECURITY"))


@postgresql_only
@pytest.mark.parametrize("with_vertical", [False, True])
def test_the_application_cannot_change_what_is_append_only(database: Database, *, with_vertical: bool) -> None:
    if with_vertical:
        shop = MetaData()
        Table("shop_order", shop, operator_column(), Column("order_id", CODE, primary_key=True))
        database.add_tables(shop)
    tables = append_only()
    assert tables >= {"audit", "audit_link", "security_event", "ledger"}
    with database.engine.connect() as connection:
        for table in sorted(tables):
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                allowed = query(connection, f"SELECT has_table_privilege(current_user, '{table}', '{right}')")
                assert (table, right, allowed) == (table, right, [False])


def test_every_append_only_table_has_its_triggers(database: Database) -> None:
    sqlite, postgresql = (
        "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'",
        ("SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"),
    )
    with database.owner.connect() as connection:
        guarded = set(query(connection, sqlite if database.name == "sqlite" else postgresql))
    assert guarded == append_only()


def test_only_the_routing_questions_cross_operators(store: Store) -> None:
    assert store.operator_ids() == ["h1", "h2"]
    add_job(store, "h1")
    add_job(store, "h2")
    assert store.due_operators("io") == ["h1", "h2"]
    assert store.due_operators("tx") == []


def test_a_table_bound_to_an_operator_finds_no_other(store: Store) -> None:
    with store.read("h1") as work:
        assert [row.operator_id for row in work.table(OPERATOR).all()] == ["h1"]
        assert work.table(OPERATOR).one(OPERATOR.c.operator_id == "h2") is None


def test_every_row_of_the_core_hangs_on_its_operator(store: Store) -> None:
    tables = [table for table in core_metadata().sorted_tables if "operator_id" in table.c]
    loose = [
        table.name
        for table in tables
        if table is not OPERATOR and not any(key.column.table is OPERATOR for key in table.c.operator_id.foreign_keys)
    ]
    assert loose == []
    for table in tables:
        assert next(iter(table.primary_key.columns)).name == "operator_id"
    with pytest.raises(DBAPIError), store.begin("h3") as work:
        work.jobs.add("note", "ref")
