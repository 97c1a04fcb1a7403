"""When a database is too busy to let a unit of work go on: nothing of it is kept, and it may be tried again."""

from __future__ import annotations

import sqlite3

from sqlalchemy.engine import ExceptionContext

WAIT_SECONDS = 10.0
"""How long a unit of work waits for its turn to write."""
RETRY_SECONDS = 5
"""When whoever was turned away may come again."""

_LOST_TO_ANOTHER = ("40001", "40P01")
"""SQLSTATE of a transaction that PostgreSQL broke off for another one's sake: serialization failure, deadlock."""
_PRIMARY = 0xFF
"""SQLite's primary result code is the last byte of the extended one (sqlite.org/rescode.html)."""


class DatabaseBusy(Exception):
    """The unit of work is undone, whole, through no fault of what it did."""


def is_busy(error: BaseException) -> bool:
    """Whether this error of a driver says that the database was too busy."""
    locked = isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY
    return locked or getattr(error, "sqlstate", None) in _LOST_TO_ANOTHER


def tell_busy(context: ExceptionContext) -> None:
    """The engine's listener for errors: DatabaseBusy in place of what the driver calls it."""
    error = context.original_exception
    if is_busy(error):
        raise DatabaseBusy(type(error).__name__) from error
