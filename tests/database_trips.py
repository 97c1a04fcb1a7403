"""How often something goes to the database, counted at its engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, event


@dataclass
class Trips:
    """What went to the database while somebody counted; `lasting` commits wrote, `looks` only read."""

    lasting: int = 0
    looks: int = 0
    statements: int = 0


@contextmanager
def counted(engine: Engine) -> Iterator[Trips]:
    """Count until the end of the block."""
    trips = Trips()

    def commit(connection: Connection) -> None:
        if connection.get_execution_options().get("hb_read_only"):
            trips.looks += 1
        else:
            trips.lasting += 1

    def execute(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        trips.statements += not statement.startswith(("BEGIN", "PRAGMA", "SET "))

    event.listen(engine, "commit", commit)
    event.listen(engine, "before_cursor_execute", execute)
    yield trips
    event.remove(engine, "commit", commit)
    event.remove(engine, "before_cursor_execute", execute)
