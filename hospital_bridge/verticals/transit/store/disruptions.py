"""What a dispatcher has said of a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, Table

from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.transit.disruption import Disruption, Kind
from hospital_bridge.verticals.transit.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from hospital_bridge.slot import VerticalWork

DISRUPTION = Table(
    "transit_disruption",
    metadata,
    operator_column(),
    Column("disruption_id", ID, primary_key=True),
    Column("line_id", CODE, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("said_at", Instant, nullable=False),
)
Index(None, DISRUPTION.c.operator_id, DISRUPTION.c.said_at)


def add(work: VerticalWork, disruption: Disruption) -> None:
    """Keep what was said."""
    work.table(DISRUPTION).add(
        disruption_id=disruption.disruption_id,
        line_id=disruption.line_id,
        kind=disruption.kind.value,
        said_at=disruption.said_at,
    )


def get(work: VerticalWork, disruption_id: str) -> Disruption:
    """One of them; LookupError where there is none of that id."""
    row = work.table(DISRUPTION).one(DISRUPTION.c.disruption_id == disruption_id)
    if row is None:
        raise LookupError(disruption_id)
    return _read(row)


def latest(work: VerticalWork, most: int) -> Sequence[Disruption]:
    """The last ones, newest first."""
    newest = (DISRUPTION.c.said_at.desc(), DISRUPTION.c.disruption_id.desc())
    return [_read(row) for row in work.table(DISRUPTION).all(order_by=newest, limit=most)]


def _read(row: Row[Any]) -> Disruption:
    return Disruption(row.disruption_id, row.line_id, Kind(row.kind), row.said_at)
