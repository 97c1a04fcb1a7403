"""SQLite cannot alter much: a batch migration copies a table, drops the old one and renames the new.

With foreign keys on, that drop would delete the children's rows, and it always takes
the table's triggers along (DESIGN.md section 6).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine


class BrokenReferences(Exception):
    """The migration left rows whose parent is missing; it was rolled back."""


@contextmanager
def rebuilding(engine: Engine) -> Iterator[Connection]:
    """One transaction without foreign keys in force; afterwards triggers stand again and references are checked."""
    with engine.connect() as connection:
        _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                triggers = _triggers(connection)
                yield connection
                _restore(connection, triggers)
                _check_references(connection)
        finally:
            _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, setting: str) -> None:
    # The pragma does nothing inside a transaction, so it goes to the driver before one begins.
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys={setting}")


def _triggers(connection: Connection) -> dict[str, tuple[str, str]]:
    rows = connection.exec_driver_sql("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {row.name: (row.tbl_name, row.sql) for row in rows}


def _restore(connection: Connection, before: dict[str, tuple[str, str]]) -> None:
    standing = _triggers(connection)
    tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    for name, (table, sql) in before.items():
        if name not in standing and table in tables:
            connection.exec_driver_sql(sql)


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise BrokenReferences(", ".join(sorted({f"{row[0]} -> {row[2]}" for row in broken})))
