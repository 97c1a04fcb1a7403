"""Ground to play on, made once for all runs of a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kept_logs import logging_kept
from tests.postgresql_server import PostgresqlServer
from tests.simulation.databases import PostgresqlDatabase, SqliteDatabase
from tests.simulation.ground import Ground, installed_once, laid


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    """A bridge in a storm warns at every step."""
    with logging_kept("critical"):
        yield


@pytest.fixture(scope="module", autouse=True)
def remembered() -> Iterator[None]:
    """While these tests run and no longer: other tests of the same process install packages."""
    with installed_once():
        yield


@pytest.fixture(scope="session")
def sqlite_ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("simulation")
    database = SqliteDatabase(folder)
    yield laid(folder, database)
    database.close()


@pytest.fixture(scope="session")
def postgresql_ground(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgresqlServer
) -> Iterator[Ground]:
    database = PostgresqlDatabase(postgresql_server)
    yield laid(tmp_path_factory.mktemp("simulation"), database)
    database.close()
