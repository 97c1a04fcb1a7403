"""Statements that go straight to the driver: of a short one SQLAlchemy's own part is most of the time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hospital_bridge.store.busy import DatabaseBusy, is_busy

Rows = Sequence[tuple[Any, ...]]


def rows_of(connection: Connection, statement: str, values: Sequence[object] = ()) -> Rows:
    """The rows of a statement in the driver's own words and types.

    It fails as SQLAlchemy's statements do, and whoever listens to those hears it too.
    """
    return _run(connection, statement, values, gives_rows=True)


def run(connection: Connection, statement: str, values: Sequence[object] = ()) -> None:
    """The same for a statement that gives no rows."""
    _run(connection, statement, values, gives_rows=False)


def _run(connection: Connection, statement: str, values: Sequence[object], *, gives_rows: bool) -> Rows:
    if connection.dispatch.before_cursor_execute:
        heard = connection.exec_driver_sql(statement, tuple(values))
        return [tuple(row) for row in heard] if gives_rows else ()
    driver: Any = connection.connection.driver_connection
    faults = connection.dialect.loaded_dbapi.Error
    try:
        cursor = driver.execute(statement, values)
        return cursor.fetchall() if gives_rows else ()
    except faults as fault:
        raise _in_words(connection, fault, faults) from fault


def _in_words(connection: Connection, fault: Exception, faults: type[Exception]) -> BaseException:
    """The same fault as SQLAlchemy would tell it, without the statement's values."""
    if is_busy(fault):
        return DatabaseBusy(type(fault).__name__)
    if connection.dialect.is_disconnect(fault, connection.connection.driver_connection, None):  # type: ignore[arg-type]
        connection.invalidate(fault)
    return DBAPIError.instance(None, None, fault, faults, hide_parameters=True, dialect=connection.dialect)
