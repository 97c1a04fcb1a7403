"""The two databases: embedded SQLite and PostgreSQL, each set so that a commit is durable."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from hospital_bridge.clock import SystemClock
from hospital_bridge.store import busy
from hospital_bridge.store.straight import rows_of, run

__all__ = ["DatabaseAway", "Engine", "UnsafeDatabase", "answers", "enter", "make_engine", "reading", "role_of"]

DatabaseAway = OperationalError
"""The database cannot be reached or breaks off; its text may hold values, and is never shown."""

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # Erased keys and rows are overwritten, not only unlinked.
    "PRAGMA secure_delete=ON",
    # Every 32 MB and not every 4: the commit that copies the log into the database keeps its senders waiting.
    "PRAGMA wal_autocheckpoint=8000",
    # Statement journals hold rows too: they stay off the disk's temporary folder.
    "PRAGMA temp_store=MEMORY",
)


_REST_SECONDS = 0.1
"""After which a connection that was not used is pinged before it is."""
_ENTERING = "SELECT clock_timestamp(), set_config('hb.operator', %s, true)"
# A plan that never reads a whole table is as good when the table has grown.
_ENTERING_TO_PLAN_ONCE = (
    f"{_ENTERING}, set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)"
)

_MACHINE = SystemClock()


class UnsafeDatabase(Exception):
    """The database may lose what it has acknowledged, so we do not start on it."""


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine for either database; SQLite transactions begin as the unit of work asks."""
    if make_url(url).get_backend_name() == "sqlite":
        driver = {"check_same_thread": False, "timeout": busy.WAIT_SECONDS}
        engine = create_engine(url, pool_size=pool_size, hide_parameters=True, connect_args=driver)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", busy.tell_busy)
        return engine
    # Last in, first out: the connection that was used last has its statements planned.
    engine = create_engine(url, pool_size=pool_size, pool_use_lifo=True, hide_parameters=True)
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "checkin", _rest)
    event.listen(engine, "checkout", partial(_ping_rested, engine))
    event.listen(engine, "handle_error", busy.tell_busy)
    return engine


def role_of(url: str) -> str | None:
    """The login that an address names; None where the database has no logins."""
    return make_url(url).username


def answers(engine: Engine) -> None:
    """Return when the database answers with the core's schema; raises whatever keeps it away."""
    with reading(engine) as connection:
        connection.execute(text("SELECT count(*) FROM operator"))


def reading(engine: Engine) -> Connection:
    """A connection on which the database refuses every write."""
    return engine.connect().execution_options(hb_read_only=True, postgresql_readonly=True)


def planned_once(engine: Engine) -> Engine:
    """The same engine for transactions whose statements find everything by an index, and so need one plan for ever."""
    return engine.execution_options(hb_planned_once=True)


def enter(connection: Connection, operator_id: str) -> datetime:
    """Show the transaction the rows of that operator alone; the database's own time, which all processes share."""
    if connection.dialect.name == "sqlite":
        # All its processes run on one machine, and asking SQLite would ask that machine's clock.
        return _MACHINE.now()
    entering = _ENTERING_TO_PLAN_ONCE if connection.get_execution_options().get("hb_planned_once") else _ENTERING
    ((instant, *_),) = rows_of(connection, entering, (operator_id,))
    return instant.astimezone(UTC)  # type: ignore[no-any-return]  # the driver is untyped


def refuse_powerful_login(connection: Connection) -> None:
    """UnsafeDatabase when this login owns our tables or passes by row-level security (PostgreSQL)."""
    if connection.dialect.name == "sqlite":
        return
    powerful = text(
        "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_tables WHERE tableowner = current_user)"
        " FROM pg_roles WHERE rolname = current_user"
    )
    if connection.execute(powerful).scalar_one():
        raise UnsafeDatabase(
            "the bridge's PostgreSQL login owns tables or bypasses row-level security; give it its own"
        )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction control begins too late for read-modify-write (DESIGN.md section 6).
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("hb_read_only", False)
    if connection.info.get("read_only") is not read_only:
        run(connection, f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        connection.info["read_only"] = read_only
    run(connection, "BEGIN" if read_only else "BEGIN IMMEDIATE")


def _rest(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["resting_since"] = monotonic()


def _ping_rested(engine: Engine, connection: Any, record: ConnectionPoolEntry, _checked_out: object) -> None:
    """Ask whether the server is still there, but not of a connection that was in use a moment ago."""
    if monotonic() - record.info.get("resting_since", inf) < _REST_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as gone:
        raise InvalidatePoolError from gone


def _prepare_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        for name in ("fsync", "synchronous_commit"):
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone()[0] == "off":
                raise UnsafeDatabase(f"PostgreSQL runs with {name}=off and may lose acknowledged payments")
        # A plan that was made while a table was small reads all of it, and PostgreSQL keeps such a plan until it has
        # counted the table again: a new installation would be slower with each message.
        cursor.execute("SET plan_cache_mode = force_custom_plan")
    connection.commit()
