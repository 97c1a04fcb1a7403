"""What each kind of database wants to be told so that a reading only reads, and nothing waits for ever."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Any

from adapters.his_sql import cells

DEADLINE = "deadline"
"""When a transaction has taken long enough, by `time.monotonic`."""

Notes = MutableMapping[Any, Any]
"""What is kept beside a connection of the driver as long as it lives."""

_MILLISECONDS = 1_000
_MARGIN = 5.0
"""The database's own limit comes first: its firm word is worth more than a connection that is given up."""

_STEPS = 10_000
"""SQLite looks at its deadline after as many steps of its machine."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds for a connection and for an answer."""

    connect: float
    reply: float

    @property
    def patience(self) -> float:
        """Seconds after which a database that does not even say that it stopped is given up."""
        return self.reply + min(_MARGIN, self.reply / 2)

    @property
    def milliseconds(self) -> int:
        """The wait for an answer, in whole milliseconds."""
        return max(1, ceil(self.reply * _MILLISECONDS))


@dataclass(frozen=True, slots=True)
class Habits:
    """How one kind of database is spoken to.

    `arguments` are for its driver; `connected` prepares a new connection of the driver, whose notes hold `DEADLINE`
    while a transaction runs; `reading` and `changing` are the statements that open a transaction; `sever` ends a
    connection that another thread waits on, for drivers that would wait for ever.
    """

    arguments: Callable[[str, Waits], Mapping[str, Any]] = lambda _driver, _waits: {}
    connected: Callable[[Any, Notes, Waits], None] = lambda _connection, _notes, _waits: None
    reading: Callable[[Waits], Sequence[str]] = lambda _waits: ()
    changing: Callable[[Waits], Sequence[str]] = lambda _waits: ()
    sever: Callable[[Any], None] | None = None


def of(dialect: str, *, is_mariadb: bool = False) -> Habits:
    """The habits of a dialect by SQLAlchemy's name; one that is not known is told nothing, and is rolled back."""
    return _HABITS["mariadb" if is_mariadb else dialect] if is_mariadb or dialect in _HABITS else Habits()


def _postgresql_arguments(driver: str, waits: Waits) -> Mapping[str, Any]:
    if driver not in ("psycopg", "psycopg2"):
        return {}
    alive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    return {"connect_timeout": max(2, ceil(waits.connect)), **alive}


def _postgresql(access: str) -> Callable[[Waits], Sequence[str]]:
    limits = "SET LOCAL statement_timeout = {0}; SET LOCAL lock_timeout = {0}"
    return lambda waits: (f"SET TRANSACTION {access}; {limits.format(waits.milliseconds)}",)


def _cut(connection: Any) -> None:
    """Whoever waits for the server's answer reads its end."""
    with contextlib.suppress(Exception), socket.socket(fileno=os.dup(connection.fileno())) as wire:
        wire.shutdown(socket.SHUT_RDWR)


def _mysql_arguments(driver: str, waits: Waits) -> Mapping[str, Any]:
    if driver not in ("pymysql", "mysqldb"):
        return {}
    patience = ceil(waits.patience)
    return {"connect_timeout": ceil(waits.connect), "read_timeout": patience, "write_timeout": patience}


def _mysql(limit: Callable[[Waits], str], access: str) -> Callable[[Waits], Sequence[str]]:
    return lambda waits: (
        limit(waits),
        f"SET SESSION innodb_lock_wait_timeout = {max(1, ceil(waits.reply))}",
        f"SET TRANSACTION {access}",
    )


def _of_mysql(limit: Callable[[Waits], str]) -> Habits:
    return Habits(_mysql_arguments, reading=_mysql(limit, "READ ONLY"), changing=_mysql(limit, "READ WRITE"))


def _sqlite_connected(connection: Any, notes: Notes, _waits: Waits) -> None:
    connection.isolation_level = None
    connection.text_factory = cells.lossless
    connection.set_progress_handler(lambda: monotonic() > notes.get(DEADLINE, monotonic()), _STEPS)


def _sqlite(query_only: str, begin: str) -> Callable[[Waits], Sequence[str]]:
    return lambda _waits: (f"PRAGMA query_only = {query_only}", begin)


def _oracle_connected(connection: Any, _notes: Notes, waits: Waits) -> None:
    connection.call_timeout = waits.milliseconds


def _odbc_connected(connection: Any, _notes: Notes, waits: Waits) -> None:
    if hasattr(connection, "timeout"):
        connection.timeout = max(1, ceil(waits.reply))


def _lock_timeout(waits: Waits) -> Sequence[str]:
    return (f"SET LOCK_TIMEOUT {waits.milliseconds}",)


_HABITS: Mapping[str, Habits] = {
    "postgresql": Habits(
        _postgresql_arguments, reading=_postgresql("READ ONLY"), changing=_postgresql("READ WRITE"), sever=_cut
    ),
    "mysql": _of_mysql(lambda waits: f"SET SESSION max_execution_time = {waits.milliseconds}"),
    "mariadb": _of_mysql(lambda waits: f"SET SESSION max_statement_time = {waits.reply}"),
    "sqlite": Habits(
        lambda _driver, waits: {"timeout": waits.reply},
        _sqlite_connected,
        _sqlite("ON", "BEGIN"),
        _sqlite("OFF", "BEGIN IMMEDIATE"),
    ),
    "oracle": Habits(connected=_oracle_connected, reading=lambda _waits: ("SET TRANSACTION READ ONLY",)),
    "mssql": Habits(connected=_odbc_connected, reading=_lock_timeout, changing=_lock_timeout),
}
