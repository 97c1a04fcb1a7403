"""Empty databases of both kinds, with the core's tables and no protection that a real one has left out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.migrations.runner import migrate
from tests.postgresql_server import APPLICATION_ROLE, OWNER_ROLE, TEMPLATE, running_server


@contextmanager
def sqlite() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder, 'bridge.db')}")
        migrate(engine)
        yield engine
        engine.dispose()


@contextmanager
def postgresql() -> Iterator[Engine]:
    with running_server() as server:
        server.make_template()
        owner = make_engine(server.address(TEMPLATE, OWNER_ROLE))
        migrate(owner, APPLICATION_ROLE)
        owner.dispose()
        engine = make_engine(server.address(TEMPLATE, APPLICATION_ROLE))
        yield engine
        engine.dispose()


DATABASES: Mapping[str, Callable[[], AbstractContextManager[Engine]]] = {
    "SQLite": sqlite,
    "PostgreSQL": postgresql,
}
