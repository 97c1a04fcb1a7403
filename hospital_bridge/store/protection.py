"""What the database itself refuses: another operator's rows, and a change to an append-only table."""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, Table, inspect

from hospital_bridge.store.metadata import append_only_tables
from hospital_bridge.store.routing import define_functions

OPERATOR_POLICY = "operator_only"
OWNER_POLICY = "owner_migrates"


def protect(connection: Connection, tables: MetaData, application_role: str | None) -> None:
    """Put the triggers, and on PostgreSQL the grants and policies, on the tables as they stand now.

    It may be repeated; `application_role` is the PostgreSQL role that the bridge logs in as.
    """
    if connection.dialect.name == "sqlite":
        for table in append_only_tables(tables):
            _refuse_changes_sqlite(connection, table.name)
        return
    if application_role is None:
        raise ValueError("migrating PostgreSQL needs the name of the application's role")
    for table in append_only_tables(tables):
        _refuse_changes_postgresql(connection, table.name)
    grants_and_policies(connection, tables, application_role)


def grants_and_policies(connection: Connection, tables: MetaData, application_role: str) -> None:
    """Give the application exactly what it may do, and only with rows of the operator it names (PostgreSQL)."""
    run = connection.exec_driver_sql
    run(f'GRANT USAGE ON SCHEMA public TO "{application_role}"')
    for name in inspect(connection).get_table_names():
        run(f'REVOKE ALL ON "{name}" FROM "{application_role}"')
        run(f'GRANT {_rights(tables.tables.get(name), name)} ON "{name}" TO "{application_role}"')
    for table in tables.tables.values():
        if "operator_id" in table.c:
            _only_own_rows(connection, table.name)
    if "job" in tables.tables:
        define_functions(connection, application_role)


def _rights(table: Table | None, name: str) -> str:
    if name.startswith("alembic_version"):
        return "SELECT"
    if table is not None and table.info.get("append_only"):
        return "SELECT, INSERT"
    return "SELECT, INSERT, UPDATE, DELETE"


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
