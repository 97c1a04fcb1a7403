"""One migrated database that every run finds as new: a SQLite file, or a database of a PostgreSQL server.

Its engines live on from run to run, for they keep the compiled statements.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, event

from hospital_bridge.store.engine import make_engine
from tests.postgresql_server import APPLICATION_ROLE, OWNER_ROLE, PostgresqlServer
from tests.simulation.process import watch_commits

TEMPLATE = "simulation_template"
RUN = "simulation_run"


@dataclass(frozen=True)
class Addresses:
    """Where the template stands: the application's login and the owner's."""

    application: str
    owner: str


class Database(Protocol):
    """`engine` is the bridge's, `observing` stands beside it; `template` is to be migrated before the first run."""

    template: Addresses
    engine: Engine
    observing: Engine

    def renew(self) -> None:
        """As it was after its migration."""

    def close(self) -> None:
        """Nobody needs it any more."""


class SqliteDatabase:
    """A file; nothing is flushed to the disk, for only processes die here and not the machine."""

    def __init__(self, folder: Path) -> None:
        self._template, self._run = folder / "template.db", folder / "run.db"
        self.template = Addresses(f"sqlite:///{self._template}", f"sqlite:///{self._template}")
        self.engine, self.observing = (make_engine(f"sqlite:///{self._run}") for _ in range(2))
        event.listen(self.engine, "connect", _do_not_flush)
        watch_commits(self.engine)

    def renew(self) -> None:
        self.close()
        for suffix in ("-wal", "-shm"):
            Path(f"{self._run}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self._template, self._run)

    def close(self) -> None:
        self.engine.dispose()
        self.observing.dispose()


def _do_not_flush(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


class PostgresqlDatabase:
    """A database of a running server that knows the two roles, entered as the application."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server
        server.run(f"CREATE DATABASE {TEMPLATE} OWNER {OWNER_ROLE}")
        server.run(f"ALTER SCHEMA public OWNER TO {OWNER_ROLE}", TEMPLATE)
        self.template = Addresses(server.address(TEMPLATE, APPLICATION_ROLE), server.address(TEMPLATE, OWNER_ROLE))
        self.engine, self.observing = (make_engine(server.address(RUN, APPLICATION_ROLE)) for _ in range(2))
        watch_commits(self.engine)

    def renew(self) -> None:
        self.close()
        self._server.run(f"DROP DATABASE IF EXISTS {RUN} WITH (FORCE)")
        self._server.run(f"CREATE DATABASE {RUN} TEMPLATE {TEMPLATE} OWNER {OWNER_ROLE}")

    def close(self) -> None:
        self.engine.dispose()
        self.observing.dispose()
