"""Operators: a hospital, a bus company, a mall; the tenant that every other row belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Column, String, Table

from hospital_bridge.store.metadata import CODE, Instant, metadata

if TYPE_CHECKING:
    from datetime import date

    from hospital_bridge.store.unit_of_work import Work

OPERATOR = Table(
    "operator",
    metadata,
    Column("operator_id", CODE, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("zone", CODE, nullable=False),
    Column("created_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Operator:
    """One tenant; `zone` is the IANA zone in which its business dates are counted."""

    operator_id: str
    name: str
    zone: str = "Asia/Shanghai"


class Operators:
    """The row of the operator that the unit of work was opened with."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(OPERATOR)

    def register(self, name: str, zone: str = "Asia/Shanghai") -> Operator:
        """Make the operator known, or rename it; nothing else can be stored for it before."""
        if not self._table.change(name=name, zone=zone):
            self._table.add(name=name, zone=zone, created_at=self._work.now)
        return Operator(self._work.operator_id, name, zone)

    def get(self) -> Operator:
        """The operator; LookupError when it was never registered."""
        row = self._table.one()
        if row is None:
            raise LookupError(f"operator {self._work.operator_id} is not registered")
        return Operator(row.operator_id, row.name, row.zone)

    def today(self) -> date:
        """The operator's business date of this transaction."""
        return self._work.now.astimezone(ZoneInfo(self.get().zone)).date()
