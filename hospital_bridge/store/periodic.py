"""Which periodic runs were started: the primary key lets one process win each of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Column, Table, func, select

from hospital_bridge.store.metadata import CODE, Instant, metadata, operator_column
from hospital_bridge.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

PERIODIC_RUN = Table(
    "periodic_run",
    metadata,
    operator_column(),
    Column("name", CODE, primary_key=True),
    Column("scheduled_at", Instant, primary_key=True),
    Column("started_at", Instant, nullable=False),
)

REMEMBERED = timedelta(days=35)


class PeriodicRuns:
    """The periodic runs of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(PERIODIC_RUN)

    def last(self, name: str) -> datetime | None:
        """The newest run that was started, or None."""
        newest = select(func.max(PERIODIC_RUN.c.scheduled_at)).where(
            PERIODIC_RUN.c.operator_id == self._work.operator_id, PERIODIC_RUN.c.name == name
        )
        last: datetime | None = self._work.connection.execute(newest).scalar_one()
        return last

    def start(self, name: str, scheduled_at: datetime) -> bool:
        """Claim one run; False when another process did."""
        statement = insert_on_conflict(self._work.connection, PERIODIC_RUN).values(
            operator_id=self._work.operator_id, name=name, scheduled_at=scheduled_at, started_at=self._work.now
        )
        claimed = statement.on_conflict_do_nothing().returning(PERIODIC_RUN.c.name)
        if self._work.connection.execute(claimed).first() is None:
            return False
        self._table.remove(PERIODIC_RUN.c.name == name, PERIODIC_RUN.c.scheduled_at < scheduled_at - REMEMBERED)
        return True
