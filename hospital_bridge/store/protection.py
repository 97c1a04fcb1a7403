"""What the database itself refuses: another operator's rows, and a change to an append-only table."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, MetaData, Table, inspect

from hospital_bridge.store.metadata import is_append_only
from hospital_bridge.store.routing import define_functions

OPERATOR_POLICY = "operator_only"
OWNER_POLICY = "owner_migrates"


def protect(connection: Connection, tables: MetaData, application_role: str | None) -> None:
    """Put the triggers, and on PostgreSQL the grants and policies, on those of the tables that stand by now.

    It may be repeated; `application_role` is the PostgreSQL role that the bridge logs in as.
    """
    names = set(inspect(connection).get_table_names())
    standing = [table for table in tables.sorted_tables if table.name in names]
    if connection.dialect.name == "postgresql":
        if application_role is None:
            raise ValueError("migrating PostgreSQL needs the name of the application's role")
        grants_and_policies(connection, standing, application_role)
    refuse = _refuse_changes_sqlite if connection.dialect.name == "sqlite" else _refuse_changes_postgresql
    for table in standing:
        if is_append_only(table):
            refuse(connection, table.name)


def grants_and_policies(connection: Connection, tables: Sequence[Table], application_role: str) -> None:
    """Give the application exactly what it may do, and only with rows of the operator it names (PostgreSQL)."""
    run = connection.exec_driver_sql
    run(f'GRANT USAGE ON SCHEMA public TO "{application_role}"')
    for name in inspect(connection).get_table_names():
        if name.startswith("alembic_version"):
            run(f'GRANT SELECT ON "{name}" TO "{application_role}"')
    for table in tables:
        rights = "SELECT, INSERT" if is_append_only(table) else "SELECT, INSERT, UPDATE, DELETE"
        run(f'REVOKE ALL ON "{table.name}" FROM "{application_role}"')
        run(f'GRANT {rights} ON "{table.name}" TO "{application_role}"')
        if "operator_id" in table.c:
            _only_own_rows(connection, table.name)
    if any(table.name == "job" for table in tables):
        define_functions(connection, application_role)


def _only_own_rows(connection: Connection, name: str) -> None:
    run = connection.exec_driver_sql
    run(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY')
    run(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')
    for policy in (OPERATOR_POLICY, OWNER_POLICY):
        run(f'DROP POLICY IF EXISTS {policy} ON "{name}"')
    run(f"""CREATE POLICY {OPERATOR_POLICY} ON "{name}" USING (operator_id = current_setting('hb.operator', true))""")
    # Row-level security is forced on the owner too; without this a backfilling migration would see no row.
    run(f'CREATE POLICY {OWNER_POLICY} ON "{name}" TO CURRENT_USER USING (true)')


def _refuse_changes_sqlite(connection: Connection, name: str) -> None:
    for event in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f"CREATE TRIGGER IF NOT EXISTS {name}_no_{event.lower()} BEFORE {event} ON {name}"
            f" BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
        )


def _refuse_changes_postgresql(connection: Connection, name: str) -> None:
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION hb_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END$$"
    )
    connection.exec_driver_sql(
        f'CREATE OR REPLACE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "{name}"'
        " FOR EACH STATEMENT EXECUTE FUNCTION hb_refuse_change()"
    )
