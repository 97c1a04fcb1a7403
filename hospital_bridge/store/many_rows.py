"""Many rows in one statement whose text is written once: SQLAlchemy would send a statement for each row.

SQLite is given `VALUES (?, ?), (?, ?)`, PostgreSQL an array for each column: its statement is one and the same for any
number of rows, so it is prepared once and planned once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Dialect, LargeBinary, Row, Select, String, Table
from sqlalchemy.types import TypeEngine

from hospital_bridge.store.straight import Rows, rows_of, run

_AT_ONCE = 2000


def insert_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    then: str = "",
    *,
    unless: str = "",
    asked: tuple[object, ...] = (),
) -> Rows:
    """Insert rows, at least one, that name the same columns in one order; `then` asks for what came of it (RETURNING).

    A row for which the condition `unless` holds, in words of `column1` … and with the values `asked`, is left out.
    """
    columns = tuple(rows[0])
    given, values = given_rows(connection, _kinds(table, columns), [tuple(row.values()) for row in rows])
    if unless:
        given = f"SELECT * FROM ({given}) AS given WHERE NOT ({unless})"  # noqa: S608  words of ours alone
    statement, marked = f"{_beginning(table.name, columns)} {given} {then}", (*values, *asked)
    if then:
        return rows_of(connection, statement, marked)
    run(connection, statement, marked)
    return ()


def each_row(connection: Connection, statement: Select[Any]) -> Iterator[Row[Any]]:
    """The rows of a statement one after the other, however many; whoever writes it names the operator in it."""
    yield from connection.execute(statement, execution_options={"yield_per": _AT_ONCE})


def given_rows(
    connection: Connection, kinds: tuple[TypeEngine[Any], ...], rows: Sequence[tuple[object, ...]]
) -> tuple[str, tuple[object, ...]]:
    """Rows of these types as a query with columns `column1`, `column2` …, and the values of its marks."""
    dialect = connection.dialect
    columns = [
        tuple(map(process, column)) if process else column
        for process, column in zip(_processors(dialect, kinds), zip(*rows, strict=True), strict=True)
    ]
    if dialect.name == "sqlite":
        return _values(len(rows), len(kinds)), tuple(chain.from_iterable(zip(*columns, strict=True)))
    return _arrays(dialect, kinds), tuple(map(_array_of, kinds, columns))


def mark(connection: Connection) -> str:
    """Where the connection's driver puts a value."""
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


@lru_cache(maxsize=256)
def _kinds(table: Table, columns: tuple[str, ...]) -> tuple[TypeEngine[Any], ...]:
    return tuple(table.c[column].type for column in columns)


@lru_cache(maxsize=256)
def _beginning(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)})"


@lru_cache(maxsize=1024)
def _values(rows: int, columns: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"VALUES {', '.join([row] * rows)}"


def _array_of(kind: TypeEngine[Any], column: Sequence[object]) -> object:
    """The values as PostgreSQL writes an array; the driver does so for bytes, which it sends as they are."""
    if isinstance(kind, LargeBinary):
        return list(column)
    if None not in column:
        plain = '","'.join(map(str, column))
        if "\\" not in plain and plain.count('"') == 2 * (len(column) - 1):
            return f'{{"{plain}"}}'
    return f"{{{','.join(map(_element, column))}}}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    text = str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


@lru_cache(maxsize=256)
def _arrays(dialect: Dialect, kinds: tuple[TypeEngine[Any], ...]) -> str:
    names = ", ".join(f"column{number}" for number in range(1, len(kinds) + 1))
    arrays = ", ".join(_array(dialect, kind) for kind in kinds)
    return f"SELECT {names} FROM unnest({arrays}) AS given ({names})"  # noqa: S608  no word in it comes from outside


def _array(dialect: Dialect, kind: TypeEngine[Any]) -> str:
    if isinstance(kind, LargeBinary):
        return "%b::BYTEA[]"
    # As text, for a cast to VARCHAR(64) cuts off what a column of that type refuses.
    return f"%s::{'TEXT' if isinstance(kind, String) else kind.compile(dialect)}[]"


@lru_cache(maxsize=256)
def _processors(dialect: Dialect, kinds: tuple[TypeEngine[Any], ...]) -> tuple[Any, ...]:
    # Both drivers take bytes as they are.
    return tuple(
        None if isinstance(kind, LargeBinary) else kind.dialect_impl(dialect).bind_processor(dialect) for kind in kinds
    )
