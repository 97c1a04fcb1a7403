"""How each outside system last answered when it was asked something that changes nothing, and what was told of it.

That a link is down is told once, and once that it is back. What was told stands here, so that neither several
processes nor a restart tell it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Integer, Row, String, Table, and_, case, or_

from hospital_bridge.store.metadata import CODE, Instant, metadata, operator_column

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hospital_bridge.store.unit_of_work import Work

LISTENER = "listener"
WORKER = "worker"
"""Parts of the bridge itself, which tell here that they run."""

SILENCE, OUTCOMES, LISTENING = "peer", "outcomes", "listening"
AT_ONCE = (SILENCE, OUTCOMES, LISTENING)
"""Kinds that have waited already when they are kept as down: a sender's silence, an unknown outcome, no listener."""

IN_MAINTENANCE = "in maintenance"
"""The detail of a link that is left alone for announced work."""

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
    Column("streak", Integer, nullable=False, server_default="0"),
    Column("told_down_at", Instant),
)


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """The last check of one link; `well_at` is when it was last well, `told_down_at` when it was told to be down."""

    name: str
    kind: str
    well: bool
    detail: str
    checked_at: datetime
    well_at: datetime | None
    told_down_at: datetime | None = None


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
        streak = case((LINK_CHECK.c.well.is_(well), LINK_CHECK.c.streak + 1), else_=1)
        if not self._table.change(LINK_CHECK.c.name == name, **values, streak=streak):
            self._table.add(name=name, **values, streak=1)

    def leave_alone(self, name: str, kind: str) -> None:
        """Nobody asks the link for announced work: it stays as it was, and nobody is told."""
        left = {"detail": IN_MAINTENANCE, "checked_at": self._work.now}
        if not self._table.change(LINK_CHECK.c.name == name, **left):
            self._table.add(name=name, kind=kind, well=True, **left)

    def beat(self, part: str) -> None:
        """A part of the bridge runs."""
        self.keep(part, part, well=True)

    def turns(self, failed: int, good: int) -> Sequence[LinkCheck]:
        """Links that are to be told of now, down or back, each marked as told; some must be so several times in a row.

        What is not `well` is down. Whoever comes second finds none.
        """
        row = LINK_CHECK.c
        down = and_(row.well.is_(False), row.told_down_at.is_(None), or_(row.streak >= failed, row.kind.in_(AT_ONCE)))
        back = and_(row.well.is_(True), row.told_down_at.is_not(None), or_(row.streak >= good, row.kind.in_(AT_ONCE)))
        turned = []
        for found in self._table.all(or_(down, back), order_by=[row.name]):
            same = row.told_down_at.is_(None) if not found.well else row.told_down_at.is_not(None)
            if self._table.change(row.name == found.name, same, told_down_at=None if found.well else self._work.now):
                turned.append(_check(found))
        return turned

    def all(self) -> Sequence[LinkCheck]:
        """Every link by name."""
        return [_check(row) for row in self._table.all(order_by=[LINK_CHECK.c.name])]


def _check(row: Row[Any]) -> LinkCheck:
    return LinkCheck(row.name, row.kind, row.well, row.detail, row.checked_at, row.well_at, row.told_down_at)
