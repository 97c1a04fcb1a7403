"""Many rows in one statement whose text is written once: SQLAlchemy would send a statement for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Table

_MARKS = {"qmark": "?", "pyformat": "%s"}


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], then: str = ""
) -> CursorResult[Any]:
    """Insert rows, at least one, that name the same columns in one order; `then` follows, such as RETURNING."""
    columns = tuple(rows[0])
    begin = _beginning(table.name, columns)
    bound = _bind(connection.dialect, table, columns, rows)
    return connection.exec_driver_sql(f"{begin} VALUES {marks(connection, len(rows), len(columns))} {then}", bound)


def marks(connection: Connection, rows: int, columns: int) -> str:
    """`(?, ?), (?, ?)` in the marks of the connection's driver."""
    return _marks(connection.dialect.paramstyle, rows, columns)


@lru_cache(maxsize=1024)
def _marks(paramstyle: str, rows: int, columns: int) -> str:
    row = f"({', '.join([_MARKS[paramstyle]] * columns)})"
    return ", ".join([row] * rows)


@lru_cache(maxsize=256)
def _beginning(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)})"


def _bind(
    dialect: Dialect, table: Table, columns: tuple[str, ...], rows: Sequence[Mapping[str, object]]
) -> tuple[object, ...]:
    """Every value row by row, as the driver wants a value of its column."""
    processors = _processors(dialect, table, columns)
    return tuple(
        process(value) if process else value
        for row in rows
        for process, value in zip(processors, row.values(), strict=True)
    )


@lru_cache(maxsize=256)
def _processors(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns)
