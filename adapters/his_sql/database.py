"""The hospital's database: readings that cannot change anything, and changes whose outcome is told apart."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, CursorResult, Engine
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql import Executable

from adapters.errors import Malformed
from adapters.his_sql import dialects
from adapters.his_sql.dialects import DEADLINE, Habits, Waits
from adapters.his_sql.failures import Judge, Progress, Stage

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of an answer: their names as the database wrote them, and the place of each, names folded."""

    names: tuple[str, ...]
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One row; a column is found by its name, capitals or not, as databases fold names differently."""

    cells: tuple[object, ...]
    columns: Columns

    def __getitem__(self, column: str) -> object:
        """The value; KeyError where the row has no such column."""
        return self.cells[self.columns.places[column.casefold()]]

    def __contains__(self, column: str) -> bool:
        return column.casefold() in self.columns.places


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Connections at the same time, seconds to wait for a free one and to keep one, rows of one answer."""

    connections: int
    queue_timeout: float
    recycle: float
    rows: int


class HospitalDatabase:
    """Readings are rolled back and changes committed; every failure is one of the five outcomes.

    The address holds a password: no error and no log ever repeats it, nor a value of a row.
    """

    def __init__(self, url: str, waits: Waits, limits: Limits) -> None:
        self._waits = waits
        self._limits = limits
        address = sqlalchemy.make_url(url)
        dialect = address.get_dialect()
        habits = dialects.of(dialect.name)
        self._engine = sqlalchemy.create_engine(
            address,
            poolclass=QueuePool,
            pool_size=limits.connections,
            max_overflow=0,
            pool_timeout=limits.queue_timeout,
            pool_recycle=limits.recycle,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=dict(habits.arguments(dialect.driver, waits)),
        )
        event.listen(self._engine, "connect", self._connected)

    @property
    def engine(self) -> Engine:
        """What compiles a statement for this database."""
        return self._engine

    def close(self) -> None:
        """Close every idle connection; a later call opens new ones."""
        self._engine.dispose()

    def read(self, statement: Executable, values: Values, judge: Judge) -> Sequence[Row]:
        """The rows, at most as many as the limits allow (else Malformed); nothing of the database has changed."""
        progress = Progress()
        with judge.judging(progress), self._opened("reading") as connection:
            progress.stage = Stage.READING
            return self._rows(connection.execute(statement, dict(values)))

    def change(self, statement: Executable, values: Values, judge: Judge) -> Sequence[Row]:
        """Do it and commit; the rows that came back."""
        progress = Progress()
        with judge.judging(progress), self._opened("changing") as connection:
            progress.stage = Stage.CHANGING
            rows = self._rows(connection.execute(statement, dict(values)))
            progress.stage = Stage.COMMITTING
            connection.commit()
        return rows

    @contextmanager
    def _opened(self, purpose: str) -> Iterator[Connection]:
        """A connection whose transaction is open for that purpose; whatever is not committed is rolled back."""
        with self._engine.connect() as connection:
            connection.info[DEADLINE] = monotonic() + self._waits.reply
            with self._given_up_in_time(connection):
                for opening in getattr(self._habits(), purpose)(self._waits):
                    connection.exec_driver_sql(opening)
                yield connection

    @contextmanager
    def _given_up_in_time(self, connection: Connection) -> Iterator[None]:
        """A server that keeps silent altogether ends the block as a lost connection does."""
        sever = self._habits().sever
        if sever is None:
            yield
            return
        watch = threading.Timer(self._waits.patience, sever, (connection.connection.driver_connection,))
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _habits(self) -> Habits:
        dialect = self._engine.dialect
        return dialects.of(dialect.name, is_mariadb=getattr(dialect, "is_mariadb", False))

    def _connected(self, connection: Any, record: Any) -> None:
        self._habits().connected(connection, record.info, self._waits)

    def _rows(self, result: CursorResult[Any]) -> Sequence[Row]:
        if not result.returns_rows:
            return ()
        names = tuple(result.keys())
        columns = Columns(names, {name.casefold(): place for place, name in enumerate(names)})
        found = result.fetchmany(self._limits.rows + 1)
        if len(found) > self._limits.rows:
            raise Malformed(f"the hospital's database answered with more than {self._limits.rows} rows")
        return tuple(Row(tuple(row), columns) for row in found)
