"""How many places each vehicle had for a boarding queue, and how many were called to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Column, Index, Integer, Table

from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.transit.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hospital_bridge.slot import VerticalWork

BOARDING = Table(
    "transit_boarding",
    metadata,
    operator_column(),
    Column("boarding_id", ID, primary_key=True),
    Column("queue_id", CODE, nullable=False),
    Column("called_at", Instant, nullable=False),
    Column("free_places", Integer, nullable=False),
    Column("called", Integer, nullable=False),
)
Index(None, BOARDING.c.operator_id, BOARDING.c.queue_id, BOARDING.c.called_at)


@dataclass(frozen=True, slots=True)
class Boarding:
    """One vehicle at one stop; nothing of who boarded."""

    boarding_id: str
    queue_id: str
    called_at: datetime
    free_places: int
    called: int


def add(work: VerticalWork, boarding: Boarding) -> None:
    """Keep it."""
    work.table(BOARDING).add(
        boarding_id=boarding.boarding_id,
        queue_id=boarding.queue_id,
        called_at=boarding.called_at,
        free_places=boarding.free_places,
        called=boarding.called,
    )


def latest(work: VerticalWork, queue_id: str, since: datetime, most: int) -> Sequence[Boarding]:
    """The last vehicles since that instant, the oldest first."""
    newest = (BOARDING.c.called_at.desc(), BOARDING.c.boarding_id.desc())
    at_the_stop = (BOARDING.c.queue_id == queue_id, BOARDING.c.called_at >= since)
    rows = work.table(BOARDING).all(*at_the_stop, order_by=newest, limit=most)
    return [Boarding(row.boarding_id, row.queue_id, row.called_at, row.free_places, row.called) for row in rows[::-1]]
