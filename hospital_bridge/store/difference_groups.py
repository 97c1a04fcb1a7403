"""Open differences of one kind in large numbers: one matter that a person owns, and not thousands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, RowMapping, and_, func, not_, select

from adapters.values import EntryKind, Fen
from hospital_bridge.store.differences import DIFFERENCE, Difference, Finding, OpenDifference, Progress
from hospital_bridge.store.metadata import as_indexed
from hospital_bridge.store.records import record_of

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

MOST_ALONE = 20
"""So many differences of one kind on one day are still looked at one by one."""

_OPEN = as_indexed("progress = 'open'")
_ALIKE = tuple(DIFFERENCE.c[name] for name in ("wallet_account", "day", "finding", "kind", "clue", "owner"))


@dataclass(frozen=True, slots=True)
class DifferenceGroup:
    """Open differences of one account's day that are alike and have one owner; sums in fen, the oldest's age."""

    wallet_account: str
    day: date
    finding: Finding
    kind: EntryKind
    clue: str
    owner: str
    count: int
    ours_fen: Fen
    theirs_fen: Fen
    found_at: datetime


class DifferenceGroups:
    """The groups of one operator's open differences, and what stands alone."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(DIFFERENCE)

    def open(self) -> Sequence[DifferenceGroup]:
        """Every group of more than `MOST_ALONE`, the oldest first."""
        sums = (func.sum(DIFFERENCE.c[name]).label(name) for name in ("ours_fen", "theirs_fen"))
        oldest, count = func.min(DIFFERENCE.c.found_at).label("found_at"), func.count().label("count")
        mine = DIFFERENCE.c.operator_id == self._work.operator_id
        asked = select(*_ALIKE, count, *sums, oldest).where(mine, _OPEN).group_by(*_ALIKE)
        asked = asked.having(count > MOST_ALONE).order_by(oldest, *_ALIKE)
        return [_group(row) for row in self._work.connection.execute(asked).mappings()]

    def alone(self, groups: Sequence[DifferenceGroup], limit: int) -> Sequence[OpenDifference]:
        """What still waits for its owner and is in none of the groups, the oldest first."""
        oldest = [DIFFERENCE.c.found_at, DIFFERENCE.c.day, DIFFERENCE.c.wallet_account, DIFFERENCE.c.reference]
        others = [not_(and_(*_of(group))) for group in groups]
        rows = self._table.all(_OPEN, *others, order_by=oldest, limit=limit)
        return [OpenDifference(row.wallet_account, row.day, record_of(Difference, row)) for row in rows]

    def take_over(self, group: DifferenceGroup, owner: str) -> None:
        """A person looks into all of them, which stay open."""
        self._table.change(_OPEN, *_of(group), owner=owner)

    def explain(self, group: DifferenceGroup, owner: str, explanation: str) -> None:
        """A person has settled all of them, with a word of a list."""
        ended = {"progress": Progress.EXPLAINED, "ended_at": self._work.now}
        self._table.change(_OPEN, *_of(group), owner=owner, explanation=explanation, **ended)


def _of(group: DifferenceGroup) -> tuple[ColumnElement[bool], ...]:
    return tuple(column == getattr(group, column.name) for column in _ALIKE)


def _group(row: RowMapping) -> DifferenceGroup:
    # PostgreSQL sums up to a decimal number.
    sums = {name: Fen(int(row[name])) for name in ("ours_fen", "theirs_fen")}
    return DifferenceGroup(**{**row, **sums})
