"""The tables of a vertical as the database holds them, whether or not its package is still installed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

_VERSIONS = "alembic_version_"
_AT_ONCE = 1000


def verticals_with_tables(bind: Engine | Connection) -> Sequence[str]:
    """The names of the verticals that have ever been migrated in this database."""
    tables = inspect(bind).get_table_names()
    return sorted(table.removeprefix(_VERSIONS) for table in tables if table.startswith(_VERSIONS))


def tables_of(bind: Engine | Connection, vertical: str) -> Sequence[Table]:
    """The vertical's tables as they stand; empty where it never had any."""
    if vertical not in verticals_with_tables(bind):
        return ()
    names = [name for name in inspect(bind).get_table_names() if name.startswith(f"{vertical}_")]
    found = MetaData()
    return [Table(name, found, autoload_with=bind, resolve_fks=False) for name in sorted(names)]


def rows_of(work: Work, table: Table, subject_id: str = "") -> Iterator[Mapping[str, Any]]:
    """This operator's rows, or one person's, in the order of their keys, in what JSON can hold.

    What is sealed stays sealed (docs/decisions/0021): bytes become Base64; instants and dates ISO 8601 in UTC.
    """
    statement = select(table).where(table.c.operator_id == work.operator_id).order_by(*table.primary_key.columns)
    if subject_id:
        statement = statement.where(table.c.subject_id == subject_id)
    for row in work.connection.execute(statement.execution_options(yield_per=_AT_ONCE)).mappings():
        yield {name: _plain(value) for name, value in row.items()}


def left_to(work: Work, present: Collection[str], subject_id: str) -> dict[str, list[Mapping[str, Any]]]:
    """One person's rows in the tables of verticals that this operator no longer runs, by table."""
    here = work.connection
    gone = [name for name in verticals_with_tables(here) if name not in present]
    tables = [table for name in gone for table in tables_of(here, name) if "subject_id" in table.c]
    found = {table.name: list(rows_of(work, table, subject_id)) for table in tables}
    return {name: rows for name, rows in found.items() if rows}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value
