"""A fresh migrated database for each run: a copied SQLite file, or a copy of a PostgreSQL template."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, event

from hospital_bridge.store.engine import make_engine
from tests.postgresql_server import APPLICATION_ROLE, OWNER_ROLE, PostgresqlServer


class Database(Protocol):
    """One database of one run."""

    def connect(self) -> Engine:
        """A new engine on it, as a new process would make one."""

    def drop(self) -> None:
        """It is not needed any more."""


class Databases(Protocol):
    """Where fresh databases come from."""

    def fresh(self) -> Database:
        """A migrated database that holds nothing but its operator."""


@dataclass(frozen=True)
class Addresses:
    """Where the template stands: the application's login and the owner's."""

    application: str
    owner: str


# --- SQLite -----------------------------------------------------------------


class SqliteDatabases:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._template = folder / "template.db"
        url = f"sqlite:///{self._template}"
        self.addresses = Addresses(url, url)

    def fresh(self) -> SqliteDatabase:
        path = self._folder / f"run-{next(self._numbers)}.db"
        shutil.copyfile(self._template, path)
        return SqliteDatabase(path)


class SqliteDatabase:
    """One file; nothing is flushed to the disk, for only processes die here and not the machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def connect(self) -> Engine:
        engine = make_engine(f"sqlite:///{self._path}")
        event.listen(engine, "connect", _do_not_flush)
        return engine

    def drop(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)


def _do_not_flush(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


# --- PostgreSQL -------------------------------------------------------------

TEMPLATE = "simulation_template"


class PostgresqlDatabases:
    """Copies of one migrated database of a running server that knows the two roles."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server
        self._numbers = count(1)
        server.run(f"CREATE DATABASE {TEMPLATE} OWNER {OWNER_ROLE}")
        server.run(f"ALTER SCHEMA public OWNER TO {OWNER_ROLE}", TEMPLATE)
        self.addresses = Addresses(server.address(TEMPLATE, APPLICATION_ROLE), server.address(TEMPLATE, OWNER_ROLE))

    def fresh(self) -> PostgresqlDatabase:
        name = f"simulation_{next(self._numbers)}"
        self._server.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER {OWNER_ROLE}")
        return PostgresqlDatabase(self._server, name)


class PostgresqlDatabase:
    """One database of the server, entered as the application."""

    def __init__(self, server: PostgresqlServer, name: str) -> None:
        self._server = server
        self._name = name

    def connect(self) -> Engine:
        return make_engine(self._server.address(self._name, APPLICATION_ROLE))

    def drop(self) -> None:
        self._server.run(f"DROP DATABASE {self._name} WITH (FORCE)")
