"""Holds that keep a slot from being sold twice while the hospital is asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table
from sqlalchemy.exc import IntegrityError

from hospital_bridge.store.metadata import CODE, ID, Instant, as_indexed, operator_column, where
from hospital_bridge.verticals.hospital.store.metadata import metadata

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.values import Slot
    from hospital_bridge.slot import VerticalWork

SLOT_HOLD = Table(
    "hospital_slot_hold",
    metadata,
    operator_column(),
    Column("registration_id", ID, primary_key=True),
    Column("slot_id", CODE, nullable=False),
    Column("seat", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("expires_at", Instant, nullable=False),
    CheckConstraint("seat >= 1", name="seat_from_one"),
)
Index(
    "uq_hospital_slot_hold_live_seat",
    SLOT_HOLD.c.operator_id,
    SLOT_HOLD.c.slot_id,
    SLOT_HOLD.c.seat,
    unique=True,
    **where("live"),
)


class SoldOut(Exception):
    """Every seat of the slot is held or taken."""


def take_seat(work: VerticalWork, registration_id: str, slot: Slot, expires_at: datetime) -> None:
    """Hold one of the slot's remaining seats; SoldOut when others hold them all.

    The partial unique index is what prevents overselling: a seat that a racing patient takes first
    makes the insert fail, and the next seat is tried.
    """
    holds = work.table(SLOT_HOLD)
    of_slot, live = SLOT_HOLD.c.slot_id == slot.slot_id, as_indexed("live")
    holds.change(of_slot, live, SLOT_HOLD.c.expires_at <= work.now, live=False)
    taken = {row.seat for row in holds.all(of_slot, live)}
    for seat in range(1, slot.remaining + 1):
        if seat not in taken and _insert_hold(work, registration_id, slot.slot_id, seat, expires_at):
            return
    raise SoldOut


def _insert_hold(work: VerticalWork, registration_id: str, slot_id: str, seat: int, expires_at: datetime) -> bool:
    try:
        with work.connection.begin_nested():
            work.table(SLOT_HOLD).add(
                registration_id=registration_id, slot_id=slot_id, seat=seat, live=True, expires_at=expires_at
            )
    except IntegrityError:
        return False
    return True


def free_seat(work: VerticalWork, registration_id: str) -> None:
    """Let go of the seat: from here on the hospital's own count holds it, or nobody does."""
    work.table(SLOT_HOLD).change(SLOT_HOLD.c.registration_id == registration_id, live=False)
