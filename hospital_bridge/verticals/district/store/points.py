"""What happened to members' points, row by row: a balance stands nowhere, it is the fold over these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Column, Integer, Row, String, Table, UniqueConstraint, func, select
from sqlalchemy.exc import IntegrityError

from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.district.points import Account, Earned, PointsEvent, Spent, TakenBack, after, fold
from hospital_bridge.verticals.district.store.metadata import metadata

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork


class Kind(StrEnum):
    """What a row tells of."""

    EARNED = "earned"
    SPENT = "spent"
    TAKEN_BACK = "taken_back"


_KINDS = {Earned: Kind.EARNED, Spent: Kind.SPENT, TakenBack: Kind.TAKEN_BACK}

POINTS_EVENT = Table(
    "district_points_event",
    metadata,
    operator_column(),
    Column("subject_id", ID, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("source", CODE, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("points", Integer, nullable=False),
    Column("lot_id", CODE, nullable=False),
    Column("at", Instant, nullable=False),
    Column("expires_at", Instant),
    UniqueConstraint("operator_id", "source"),
    CheckConstraint("kind IN ('earned', 'spent', 'taken_back')", name="kind"),
)


class OtherEvent(Exception):
    """Another event was written down for that source already."""


def account(work: VerticalWork, subject_id: str) -> Account:
    """The member's lots and debt, from all that happened."""
    return fold(events(work, subject_id))


def events(work: VerticalWork, subject_id: str) -> Sequence[PointsEvent]:
    """What happened to a member's points, in the order in which it was written down."""
    rows = work.table(POINTS_EVENT).all(POINTS_EVENT.c.subject_id == subject_id, order_by=(POINTS_EVENT.c.seq,))
    return [_event(row) for row in rows]


def write(work: VerticalWork, subject_id: str, source: str, event: PointsEvent) -> Account:
    """Write down one event and return the account after it; what the account does not allow raises and writes nothing.

    `source` names what made it, such as a payment, once for ever: the same event again changes nothing, another one
    raises OtherEvent. Of two that come at once the second finds its number taken and is judged anew.
    """
    known = events(work, subject_id)
    told = work.table(POINTS_EVENT).one(POINTS_EVENT.c.source == source)
    if told is not None:
        _check_same(told, subject_id, event)
        return fold(known)
    later = after(fold(known), event)
    try:
        with work.connection.begin_nested():
            work.table(POINTS_EVENT).add(subject_id=subject_id, seq=len(known) + 1, source=source, **_columns(event))
    except IntegrityError:
        return write(work, subject_id, source, event)
    return later


def idle_since(work: VerticalWork, instant: datetime) -> Sequence[str]:
    """Members to whose points nothing happened from an instant on, and who have none left that they could spend."""
    newest, last_end = func.max(POINTS_EVENT.c.at), func.max(POINTS_EVENT.c.expires_at)
    idle = (
        select(POINTS_EVENT.c.subject_id)
        .where(POINTS_EVENT.c.operator_id == work.operator_id)
        .group_by(POINTS_EVENT.c.subject_id)
        .having(newest < instant, last_end <= work.now)
    )
    found: Sequence[str] = work.connection.execute(idle).scalars().all()
    return found


def forget(work: VerticalWork, subject_id: str) -> None:
    """Drop all that happened to the person's points, and with it the points."""
    work.table(POINTS_EVENT).remove(POINTS_EVENT.c.subject_id == subject_id)


def _check_same(row: Row[Any], subject_id: str, event: PointsEvent) -> None:
    told = (row.subject_id, row.kind, row.points, row.lot_id)
    columns = _columns(event)
    # Who sends again does so later: the instant of the first sending stays.
    if told != (subject_id, columns["kind"], columns["points"], columns["lot_id"]):
        raise OtherEvent(row.source)


def _columns(event: PointsEvent) -> dict[str, Any]:
    return {
        "kind": _KINDS[type(event)],
        "points": event.points,
        "lot_id": "" if isinstance(event, Spent) else event.lot_id,
        "at": event.at,
        "expires_at": event.expires_at if isinstance(event, Earned) else None,
    }


def _event(row: Row[Any]) -> PointsEvent:
    if row.kind == Kind.EARNED:
        return Earned(row.lot_id, row.points, row.at, row.expires_at)
    if row.kind == Kind.SPENT:
        return Spent(row.points, row.at)
    return TakenBack(row.lot_id, row.points, row.at)
