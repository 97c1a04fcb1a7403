"""Who is near which shop: instants and whether they arrived; no place and no distance has a column here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, Index, Table

from hospital_bridge.slot import holds
from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.district.fence import Presence
from hospital_bridge.verticals.district.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hospital_bridge.slot import VerticalWork

ARRIVAL = "arrival"
PRESENCE = Table(
    "district_presence",
    metadata,
    operator_column(),
    Column("subject_id", ID, primary_key=True),
    Column("shop_id", CODE, primary_key=True),
    Column("near_since", Instant, info=holds(ARRIVAL)),
    Column("arrived", Boolean, nullable=False, info=holds(ARRIVAL)),
    Column("heard_at", Instant, nullable=False, info=holds(ARRIVAL)),
    Column("told_at", Instant, info=holds(ARRIVAL)),
)
Index("ix_district_presence_heard", PRESENCE.c.operator_id, PRESENCE.c.heard_at)


def of_subject(work: VerticalWork, subject_id: str) -> Mapping[str, Presence]:
    """What is kept of a person, by shop."""
    rows = work.table(PRESENCE).all(PRESENCE.c.subject_id == subject_id, order_by=(PRESENCE.c.shop_id,))
    return {row.shop_id: Presence(row.near_since, row.arrived, row.heard_at, row.told_at) for row in rows}


def keep(work: VerticalWork, subject_id: str, shop_id: str, presence: Presence) -> None:
    """Write a presence back; one that says nothing is dropped. The caller holds the person's agreement."""
    it = (PRESENCE.c.subject_id == subject_id, PRESENCE.c.shop_id == shop_id)
    if presence.near_since is None and presence.told_at is None:
        work.table(PRESENCE).remove(*it)
        return
    values = {
        "near_since": presence.near_since,
        "arrived": presence.arrived,
        "heard_at": presence.heard_at,
        "told_at": presence.told_at,
    }
    if not work.table(PRESENCE).change(*it, **values):
        work.table(PRESENCE).add(subject_id=subject_id, shop_id=shop_id, **values)


def forget(work: VerticalWork, subject_id: str) -> None:
    """Drop what is kept of a person."""
    work.table(PRESENCE).remove(PRESENCE.c.subject_id == subject_id)


def forget_before(work: VerticalWork, instant: datetime) -> int:
    """Drop what was heard last before then; how many there were."""
    return int(work.table(PRESENCE).remove(PRESENCE.c.heard_at < instant))
