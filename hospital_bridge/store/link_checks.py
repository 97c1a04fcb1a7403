"""How each outside system last answered when it was asked something that changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, String, Table

from hospital_bridge.store.metadata import CODE, Instant, metadata, operator_column

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hospital_bridge.store.unit_of_work import Work

LISTENER = "listener"
WORKER = "worker"
"""Parts of the bridge itself, which tell here that they run."""

LINK_CHECK = Table(
    "link_check",
    metadata,
    operator_column(),
    Column("name", CODE, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("well", Boolean, nullable=False),
    Column("detail", String(200), nullable=False),
    Column("checked_at", Instant, nullable=False),
    Column("well_at", Instant),
)


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """The last check of one link; `well_at` is when it was last well."""

    name: str
    kind: str
    well: bool
    detail: str
    checked_at: datetime
    well_at: datetime | None


class LinkChecks:
    """The links of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(LINK_CHECK)

    def keep(self, name: str, kind: str, *, well: bool, detail: str = "") -> None:
        """The newest check of a link; `detail` holds no personal data."""
        now = self._work.now
        values = {"kind": kind, "well": well, "detail": detail[:200], "checked_at": now}
        if well:
            values["well_at"] = now
        if not self._table.change(LINK_CHECK.c.name == name, **values):
            self._table.add(name=name, **values)

    def beat(self, part: str) -> None:
        """A part of the bridge runs."""
        self.keep(part, part, well=True)

    def all(self) -> Sequence[LinkCheck]:
        """Every link by name."""
        return [
            LinkCheck(row.name, row.kind, row.well, row.detail, row.checked_at, row.well_at)
            for row in self._table.all(order_by=[LINK_CHECK.c.name])
        ]
