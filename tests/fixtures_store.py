"""Both databases for every test: SQLite as a file, PostgreSQL 18 as a real server of this test session.

`database` is parametrised over both; `store` stands on a migrated database that holds the
operators h1 and h2 and nothing else. Tests log in as the application's role, never as the owner.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData

from hospital_bridge.store import busy
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.migrations.runner import migrate
from hospital_bridge.store.protection import protect
from hospital_bridge.store.unit_of_work import Store
from tests.postgresql_server import APPLICATION_ROLE, OWNER_ROLE, TEMPLATE, PostgresqlServer, running_server
from tests.sound_books import books_must_be_sound
from tests.steered import CountedIds, FakeClock

OPERATORS = ("h1", "h2")
WITH_MONEY = {"payment", "web", "verticals", "cards", "test_finance.py", "test_finance_statements.py"}
"""Where tests move money."""
_ENGINES: dict[tuple[str, float], Engine] = {}
_SPARE_FILES: list[Path] = []
_NUMBERS = count(1)


@dataclass(frozen=True)
class Database:
    """One empty, migrated database: `engine` is the application's, `owner` the one that migrates.

    `tables` stand in it beside the core's.
    """

    name: str
    engine: Engine
    owner: Engine
    tables: MetaData | None = None

    @property
    def url(self) -> str:
        return self.engine.url.render_as_string(hide_password=False)

    @property
    def application_role(self) -> str | None:
        return None if self.name == "sqlite" else APPLICATION_ROLE

    def add_tables(self, tables: MetaData) -> None:
        """Create a vertical's tables as its migration would, with their grants, policies and triggers."""
        if tables is self.tables:
            return
        with self.owner.begin() as connection:
            tables.create_all(connection)
            protect(connection, tables, self.application_role)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ids(clock: FakeClock) -> CountedIds:
    return CountedIds(clock)


@pytest.fixture
def keys() -> RootKeys:
    return RootKeys(current=bytes(range(32)))


@pytest.fixture
def store(database: Database, clock: FakeClock, ids: CountedIds, keys: RootKeys) -> Store:
    return Store(database.engine, clock, ids, keys)


@pytest.fixture
def tables() -> MetaData | None:
    """What every test of a folder wants beside the core's tables: made once, and not again for each test."""
    return None


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tables: MetaData | None) -> Iterator[Database]:
    yield from database_of(request, tables)


def database_of(request: pytest.FixtureRequest, tables: MetaData | None) -> Iterator[Database]:
    """The database that the fixture's parameter names; afterwards the books in it must be sound."""
    if request.param == "sqlite":
        founded = _sqlite(request.getfixturevalue("sqlite_template"), tables)
    else:
        founded = _postgresql(request.getfixturevalue("postgresql_server"), tables)
    spoilt = request.node.get_closest_marker("spoils_books") is not None
    for database in founded:
        yield database
        if WITH_MONEY & set(request.path.parts) and not spoilt:
            books_must_be_sound(database.engine, OPERATORS)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file that others are copied from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A server with a migrated database that others are copied from."""
    with running_server() as server:
        server.make_template()
        owner = make_engine(server.address(TEMPLATE, OWNER_ROLE))
        migrate(owner, APPLICATION_ROLE)
        owner.dispose()
        yield server


def _sqlite(template: Path, tables: MetaData | None = None) -> Iterator[Database]:
    if tables is not None:
        template = _with_tables(template, tables)
    path = _SPARE_FILES.pop() if _SPARE_FILES else template.with_name(f"bridge-{next(_NUMBERS)}.db")
    shutil.copyfile(template, path)
    engine = kept_engine(f"sqlite:///{path}")
    _register_operators(engine)
    yield Database("sqlite", engine, engine, tables)
    engine.dispose()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    _SPARE_FILES.append(path)


def kept_engine(url: str) -> Engine:
    """An engine of the test's own, its listeners too, on the dialect and the compiled statements of those before it.

    To compile everything again for each test took a quarter of the time of the tests of money.
    """
    made_for = url, busy.WAIT_SECONDS
    if made_for not in _ENGINES:
        _ENGINES[made_for] = make_engine(url)
    return _ENGINES[made_for].execution_options()


def _with_tables(template: Path, tables: MetaData) -> Path:
    """The template with these tables, made when they are first wanted."""
    wanted = template.with_name(f"with-{id(tables)}.db")
    if not wanted.exists():
        shutil.copyfile(template, wanted)
        engine = make_engine(f"sqlite:///{wanted}")
        Database("sqlite", engine, engine).add_tables(tables)
        engine.dispose()
    return wanted


def _postgresql(server: PostgresqlServer, tables: MetaData | None = None) -> Iterator[Database]:
    def complete(name: str) -> None:
        owner = make_engine(server.address(name, OWNER_ROLE))
        if tables is not None:
            Database("postgresql", owner, owner).add_tables(tables)
        owner.dispose()

    with server.database(id(tables), complete) as name:
        engine = kept_engine(server.address(name, APPLICATION_ROLE))
        owner = kept_engine(server.address(name, OWNER_ROLE))
        _register_operators(engine)
        yield Database("postgresql", engine, owner, tables)
        engine.dispose()
        owner.dispose()


def _register_operators(engine: Engine) -> None:
    clock = FakeClock()
    store = Store(engine, clock, CountedIds(clock))
    for operator_id in OPERATORS:
        with store.begin(operator_id) as work:
            work.operators.register(f"Hospital {operator_id}")
