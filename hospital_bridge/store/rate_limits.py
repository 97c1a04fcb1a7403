"""Rate limits counted in the database, so that any number of processes share one count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Integer, String, Table

from hospital_bridge.store.metadata import Instant, metadata, operator_column
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.store.upsert import insert_on_conflict

RATE_COUNT = Table(
    "rate_count",
    metadata,
    operator_column(),
    Column("bucket", String(100), primary_key=True),
    Column("window_start", Instant, primary_key=True),
    Column("hits", Integer, nullable=False),
)

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in each window of that length."""

    count: int
    window: timedelta


class RateLimits:
    """Counts of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._counts = work.table(RATE_COUNT)

    def hit(self, bucket: str, limit: Limit) -> timedelta | None:
        """Count one; None while the limit holds, otherwise how long until the window ends."""
        start = self._window_start(limit)
        if self._count_up(bucket, start) <= limit.count:
            return None
        return start + limit.window - self._work.now

    def exceeded(self, bucket: str, limit: Limit) -> timedelta | None:
        """As `hit`, but without counting: how long the bucket still rests, or None."""
        start = self._window_start(limit)
        row = self._counts.one(RATE_COUNT.c.bucket == bucket, RATE_COUNT.c.window_start == start)
        if row is None or row.hits < limit.count:
            return None
        return start + limit.window - self._work.now

    def _window_start(self, limit: Limit) -> datetime:
        return self._work.now - (self._work.now - _EPOCH) % limit.window

    def _count_up(self, bucket: str, start: datetime) -> int:
        insert = insert_on_conflict(self._work.connection, RATE_COUNT)
        first = insert.values(operator_id=self._work.operator_id, bucket=bucket, window_start=start, hits=1)
        counted = first.on_conflict_do_update(
            index_elements=["operator_id", "bucket", "window_start"], set_={"hits": RATE_COUNT.c.hits + 1}
        )
        return int(self._work.connection.execute(counted.returning(RATE_COUNT.c.hits)).scalar_one())
