"""How many durable commits a registration needs, and how many a database can make."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from hospital_bridge.bootstrap import build, prepare_database
from hospital_bridge.cli.configured import configured
from hospital_bridge.clock import SystemClock
from hospital_bridge.running import Running
from hospital_bridge.sandbox.configuration import write_configuration
from hospital_bridge.sandbox.stage import OPERATOR
from hospital_bridge.sandbox.town import Town, free_ports
from hospital_bridge.store.engine import make_engine
from tests.benchmarks.patients import Patients

_REGISTRATIONS = 4
# Each order is looked at once more 5 s after it was opened, and that belongs to its cost.
_LAST_LOOK_SECONDS = 6
_COMMIT_SECONDS = 0.5


class CommitCount:
    """Counts the transactions of an SQLite engine that changed something."""

    def __init__(self, engine: Engine) -> None:
        self.durable = 0
        event.listen(engine, "begin", self._begun)
        event.listen(engine, "commit", self._committed)

    def _begun(self, connection: Connection) -> None:
        connection.info["changes_before"] = _changes(connection)

    def _committed(self, connection: Connection) -> None:
        self.durable += _changes(connection) > connection.info["changes_before"]


def _changes(connection: Connection) -> int:
    driver: Any = connection.connection.driver_connection
    return int(driver.total_changes)


def commits_per_registration() -> float:
    """Counted in one process on SQLite, one patient after the other, the periodic jobs of that time included."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder, Town(clock) as town:
        web_port, listener_port = free_ports(2)
        addresses = town.addresses(web_port, listener_port)
        settings = configured(write_configuration(Path(folder), addresses, town.credentials, operator_id=OPERATOR))
        prepare_database(settings)
        bridge = build(settings)
        with Running(bridge, ("web", "worker"), "bench"):
            patients = Patients(f"{addresses.public_url}/p/{OPERATOR}", clock)
            patients.arrive()
            clock.sleep(_LAST_LOOK_SECONDS)
            counted = CommitCount(bridge.store.engine)
            patients.register(_REGISTRATIONS, 1)
            clock.sleep(_LAST_LOOK_SECONDS)
        bridge.store.engine.dispose()
    return counted.durable / _REGISTRATIONS


def one_row_commits(owner_url: str) -> float:
    """Commits of one row each by one connection, bare driver, set as the bridge sets it; in commits/s."""
    engine = make_engine(owner_url)
    driver: Any = engine.raw_connection().driver_connection
    if engine.dialect.name == "postgresql":
        driver.autocommit = True
    driver.execute("CREATE TABLE bench_row (text TEXT DEFAULT 'one row')")
    count, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < _COMMIT_SECONDS:
        driver.execute("INSERT INTO bench_row DEFAULT VALUES")
        count += 1
    driver.execute("DROP TABLE bench_row")
    engine.dispose()
    return count / spent
