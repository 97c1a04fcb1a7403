"""Reads the committed state from beside the bridge, on a connection of its own that the bridge knows nothing of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from hospital_bridge.clock import Clock, Ids
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.metadata import Instant
from hospital_bridge.store.unit_of_work import Store
from tests.simulation.names import OPERATOR

NEXT_JOB = """
    SELECT min(at) FROM (
        SELECT min(run_at) AS at FROM job WHERE state = 'ready' AND is_head
        UNION ALL SELECT min(lease_until) FROM job WHERE state = 'leased') AS due
"""


class Observer:
    """Plain rows of the one operator; `store` reads whole records."""

    def __init__(self, engine: Engine, clock: Clock, ids: Ids, root_key: bytes) -> None:
        self.engine = engine
        self.store = Store(engine, clock, ids, RootKeys(root_key))
        self._connection = engine.raw_connection()
        if engine.dialect.name == "postgresql":
            self._connection.driver_connection.autocommit = True  # type: ignore[union-attr]
            self._connection.cursor().execute(f"SELECT set_config('hb.operator', '{OPERATOR}', false)")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query that changes nothing."""
        cursor = self._connection.cursor()
        cursor.execute(query)
        rows = [tuple(row) for row in cursor.fetchall()]
        cursor.close()
        return rows

    def next_job_at(self) -> datetime | None:
        """When some job is due, or some lease runs out."""
        found = self.rows(NEXT_JOB)[0][0]
        return self.instant(found)

    def instant(self, found: Any) -> datetime | None:
        """A stored instant as the bridge reads it."""
        instant: datetime | None = Instant().process_result_value(found, self.engine.dialect)
        return instant

    def close(self) -> None:
        """Give everything back."""
        self._connection.close()
