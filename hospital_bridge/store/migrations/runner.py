"""Bring a database to the newest schema, the core's and each vertical's by its own version table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, MetaData

from hospital_bridge.store.engine import reading
from hospital_bridge.store.migrations.sqlite import rebuilding
from hospital_bridge.store.protection import protect
from hospital_bridge.store.tables import core_metadata

HERE = Path(__file__).parent
CORE_VERSION_TABLE = "alembic_version"
_MAKES = {
    "sqlite": "SELECT tbl_name, sql FROM sqlite_master WHERE type IN ('table', 'index')",
    "postgresql": "SELECT table_name, concat_ws(' ', column_name, data_type, is_nullable, column_default)"
    " FROM information_schema.columns WHERE table_schema = current_schema()",
}


class StrangeTables(Exception):
    """A vertical's migration made or changed tables of somebody else's; it was rolled back."""


class OtherSchema(Exception):
    """The database was made by a program that this one does not know."""


def migrate(engine: Engine, application_role: str | None = None, *, to: str = "head") -> None:
    """Migrate the core; on PostgreSQL `engine` logs in as the owner and `application_role` gets its rights."""
    _upgrade(engine, CORE_VERSION_TABLE, HERE / "versions", core_metadata(), application_role, to)


def migrate_vertical(
    engine: Engine, name: str, location: Path, tables: MetaData, application_role: str | None = None
) -> None:
    """Migrate a vertical's own tables by the revisions in `location`, counted in `alembic_version_<name>`."""
    _upgrade(engine, f"{CORE_VERSION_TABLE}_{name}", location, tables, application_role, "head", own=f"{name}_")


def is_current(engine: Engine) -> bool:
    """Whether the core's schema is the one that this program was written for."""
    return _stands_at_head(engine, CORE_VERSION_TABLE, HERE / "versions", core_metadata())


def is_vertical_current(engine: Engine, name: str, location: Path, tables: MetaData) -> bool:
    """The same for a vertical's own tables."""
    return _stands_at_head(engine, f"{CORE_VERSION_TABLE}_{name}", location, tables)


def alembic_config(connection: Connection, version_table: str, versions: Path, tables: MetaData) -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(connection=connection, version_table=version_table, tables=tables)
    return config


def _stands_at_head(engine: Engine, version_table: str, versions: Path, tables: MetaData) -> bool:
    with reading(engine) as connection, connection.begin():
        config = alembic_config(connection, version_table, versions, tables)
        heads = ScriptDirectory.from_config(config).get_heads()
        context = MigrationContext.configure(connection, opts={"version_table": version_table})
        return set(context.get_current_heads()) == set(heads)


def _upgrade(
    engine: Engine, version_table: str, versions: Path, tables: MetaData, role: str | None, to: str, own: str = ""
) -> None:
    with _migration_transaction(engine) as connection:
        before = _tables_of_others(connection, own)
        try:
            command.upgrade(alembic_config(connection, version_table, versions, tables), to)
        except CommandError as fault:
            raise OtherSchema(str(fault)) from fault
        if changed := {name for name, _ in before ^ _tables_of_others(connection, own)} - {
            version_table,
            *tables.tables,
        }:
            raise StrangeTables(", ".join(sorted(changed)))
        protect(connection, tables, role)


def _tables_of_others(connection: Connection, own: str) -> set[tuple[str, str]]:
    """Name and make of every table whose name does not begin with `own`; nothing where everything may change."""
    if not own:
        return set()
    found = connection.exec_driver_sql(_MAKES[connection.dialect.name]).all()
    return {(name, make) for name, make in found if not name.startswith(own)}


@contextmanager
def _migration_transaction(engine: Engine) -> Iterator[Connection]:
    if engine.dialect.name == "sqlite":
        with rebuilding(engine) as connection:
            yield connection
        return
    with engine.begin() as connection:
        # Two installers at once would both create the first table.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('hospital_bridge migrate'))")
        yield connection
