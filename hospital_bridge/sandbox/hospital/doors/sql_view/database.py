"""The hospital's own database, of either kind, as its programs write in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import NullPool, create_engine, event, text
from sqlalchemy.engine import Connection, Engine

Columns = Mapping[str, object]
"""A row by the names of its columns."""

_HERE = Path(__file__).parent
_WORDS = {
    "sqlite": {"SERIAL": "INTEGER PRIMARY KEY AUTOINCREMENT", "TIME": "DATETIME", "BYTES": "BLOB"},
    "postgresql": {
        "SERIAL": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "TIME": "TIMESTAMP(0)",
        "BYTES": "BYTEA",
    },
}


def opened(url: str) -> Engine:
    """The engine of a SQLite file or of a PostgreSQL database."""
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepared)
        event.listen(engine, "begin", _begun)
    return engine


def _prepared(driver: object, _record: object) -> None:
    driver.isolation_level = None  # type: ignore[attr-defined]
    for pragma in ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = OFF"):
        driver.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def _begun(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def socket_of(engine: Engine) -> str:
    """The local socket behind which a PostgreSQL listens; '' for a file."""
    folder = engine.url.query.get("host")
    return f"{folder}/.s.PGSQL.{engine.url.port or 5432}" if isinstance(folder, str) else ""


def run(database: Connection, script: str) -> None:
    """Run each statement of one of our files."""
    words = _WORDS[database.dialect.name]
    for statement in (_HERE / script).read_text(encoding="utf-8").format(**words).split(";\n"):
        if statement.strip():
            database.exec_driver_sql(statement)


def insert(database: Connection, table: str, rows: Sequence[Columns]) -> None:
    """Add rows of the same columns."""
    names = list(rows[0])
    places = ", ".join(f":{name}" for name in names)
    database.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"), rows)  # noqa: S608


def remove(database: Connection, table: str, keys: Sequence[Columns]) -> None:
    """Remove rows by one column."""
    (name,) = keys[0]
    database.execute(text(f"DELETE FROM {table} WHERE {name} = :{name}"), keys)  # noqa: S608


def lines(database: Connection, table: str) -> Iterator[Mapping[str, str]]:
    """Every line of an interface table as texts, the oldest first."""
    for row in database.execute(text(f"SELECT * FROM {table} ORDER BY XH")).mappings().all():  # noqa: S608
        yield {name.upper(): "" if value is None else str(value) for name, value in row.items()}
