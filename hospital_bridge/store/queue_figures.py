"""What the lines have shown of themselves: how long services take, and how the forecast ranges came out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Column, Date, Float, Integer, Table, func, select

from hospital_bridge.store.metadata import CODE, metadata, operator_column
from hospital_bridge.store.records import columns_of, record_of
from hospital_bridge.store.upsert import insert_on_conflict
from queueing.estimate import Calibration
from queueing.service_time import Observed

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

QUEUE_SERVICE = Table(
    "queue_service",
    metadata,
    operator_column(),
    Column("line_id", CODE, primary_key=True),
    Column("desk_id", CODE, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("total", Float, nullable=False),
    Column("squares", Float, nullable=False),
)

QUEUE_CALIBRATION = Table(
    "queue_calibration",
    metadata,
    operator_column(),
    Column("line_id", CODE, primary_key=True),
    Column("lower", Float, nullable=False),
    Column("upper", Float, nullable=False),
    Column("judged", Integer, nullable=False),
    Column("early", Integer, nullable=False),
    Column("late", Integer, nullable=False),
)

REMEMBERED = timedelta(days=28)
"""Services longer ago say little of how a desk works now."""


@dataclass(frozen=True, slots=True)
class Services:
    """What a line saw within `REMEMBERED`: in all, and by desk before today and today."""

    line: Observed = field(default_factory=Observed)
    before: Mapping[str, Observed] = field(default_factory=lambda: defaultdict(Observed))
    today: Mapping[str, Observed] = field(default_factory=lambda: defaultdict(Observed))


class QueueFigures:
    """The figures of one operator's lines."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._calibrations = work.table(QUEUE_CALIBRATION)

    def count_service(self, line_id: str, desk_id: str, day: date, seen: Observed) -> None:
        """Add what was seen; what was taken back comes with its sign."""
        table, values = QUEUE_SERVICE, columns_of(seen)
        added = {name: table.c[name] + value for name, value in values.items()}
        key = {"operator_id": self._work.operator_id, "line_id": line_id, "desk_id": desk_id, "day": day}
        statement = insert_on_conflict(self._work.connection, table).values(**key, **values)
        self._work.connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=added))

    def services(self, line_id: str, day: date) -> Services:
        """The services of a line up to that day."""
        columns = QUEUE_SERVICE.c
        today = columns.day == day
        sums = [func.sum(columns[name]) for name in ("count", "total", "squares")]
        statement = (
            select(columns.desk_id, today, *sums)
            .where(columns.operator_id == self._work.operator_id, columns.line_id == line_id)
            .where(columns.day > day - REMEMBERED, columns.day <= day)
            .group_by(columns.desk_id, today)
        )
        services = Services()
        line = Observed()
        for desk_id, is_today, count, total, squares in self._work.connection.execute(statement):
            seen = Observed(int(count), total, squares)
            (services.today if is_today else services.before)[desk_id] = seen  # type: ignore[index]  # being filled
            line += seen
        return Services(line, services.before, services.today)

    def calibration(self, line_id: str) -> Calibration:
        """How the ranges of a line have to be widened."""
        row = self._calibrations.one(QUEUE_CALIBRATION.c.line_id == line_id)
        return Calibration() if row is None else record_of(Calibration, row)

    def keep_calibration(self, line_id: str, calibration: Calibration) -> None:
        """Write it back; the caller holds the line."""
        values = columns_of(calibration)
        if not self._calibrations.change(QUEUE_CALIBRATION.c.line_id == line_id, **values):
            self._calibrations.add(line_id=line_id, **values)
