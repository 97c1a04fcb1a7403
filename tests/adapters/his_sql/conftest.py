"""A hospital's database as a test wants it: a SQLite file, or a database of a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text

from adapters.his_sql.database import HospitalDatabase, Limits, Row
from adapters.his_sql.dialects import Waits
from adapters.his_sql.failures import Judge
from tests.postgresql_server import PostgresqlServer

LIMITS = Limits(connections=2, queue_timeout=0.05, recycle=600, rows=50)
JUDGE = Judge(errors={}, retry_after=timedelta(seconds=30))


class TheirDatabase:
    """The hospital's own side of its database: it writes, and the adapter reads."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = create_engine(url)
        self.kind = self.engine.dialect.name
        if self.kind == "sqlite":
            event.listen(self.engine, "connect", lambda driver, _: driver.execute("PRAGMA synchronous = OFF"))

    def write(self, *statements: str) -> None:
        """Each as a transaction of its own."""
        for statement in statements:
            with self.engine.begin() as connection:
                connection.execute(text(statement))

    def count(self, table: str) -> int:
        with self.engine.begin() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    def opened(self, *, reply: float = 5.0, limits: Limits = LIMITS) -> HospitalDatabase:
        return HospitalDatabase(self.url, Waits(connect=2.0, reply=reply), limits)


@pytest.fixture(params=["sqlite", "postgresql"])
def theirs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TheirDatabase]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'his.db'}"
    else:
        url = request.getfixturevalue("his_on_postgresql")
    found = TheirDatabase(url)
    yield found
    found.engine.dispose()


@pytest.fixture
def his_on_postgresql(postgresql_server: PostgresqlServer) -> str:
    """The address of an empty database that all these tests share, one after the other."""
    name = "his_of_tests"
    administrator = create_engine(postgresql_server.address("postgres"), isolation_level="AUTOCOMMIT")
    with closing(administrator.connect()) as connection:
        if not connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).all():
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    administrator.dispose()
    url = postgresql_server.address(name)
    owner = create_engine(url)
    with owner.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    owner.dispose()
    return url


@pytest.fixture
def open_database(theirs: TheirDatabase) -> Iterator[Callable[..., HospitalDatabase]]:
    opened: list[HospitalDatabase] = []

    def open_one(**how: object) -> HospitalDatabase:
        opened.append(theirs.opened(**how))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def first(rows: object) -> object:
    """The only cell of the only row."""
    assert isinstance(rows, tuple)
    (row,) = rows
    assert isinstance(row, Row)
    return row.cells[0]
