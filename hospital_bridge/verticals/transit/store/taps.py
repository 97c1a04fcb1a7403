"""Taps as the gates told them, each once by gate and number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Index, Table, and_, or_
from sqlalchemy.exc import IntegrityError

from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.transit.store.metadata import metadata
from hospital_bridge.verticals.transit.taps import Tap, TapKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from hospital_bridge.slot import VerticalWork

TAP = Table(
    "transit_tap",
    metadata,
    operator_column(),
    Column("gate_id", CODE, primary_key=True),
    Column("gate_no", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", ID, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("stop_id", CODE, nullable=False),
    Column("line_id", CODE, nullable=False),
    Column("code_id", ID, nullable=False),
    Column("told_at", Instant, nullable=False),
)
Index(None, TAP.c.operator_id, TAP.c.account_id, TAP.c.at)
Index(None, TAP.c.operator_id, TAP.c.at)


def add(work: VerticalWork, tap: Tap) -> bool:
    """Keep a tap; False when the gate had told it before, also since this instant."""
    try:
        with work.connection.begin_nested():
            work.table(TAP).add(
                gate_id=tap.gate_id,
                gate_no=tap.gate_no,
                account_id=tap.account,
                at=tap.at,
                kind=tap.kind.value,
                stop_id=tap.stop_id,
                line_id=tap.line_id,
                code_id=tap.code_id,
                told_at=work.now,
            )
    except IntegrityError:
        return False
    return True


def get(work: VerticalWork, gate_id: str, gate_no: int) -> Tap | None:
    """The gate's tap of that number."""
    return next(iter(_all(work, TAP.c.gate_id == gate_id, TAP.c.gate_no == gate_no)), None)


def of_account(work: VerticalWork, account_id: str, since: datetime, until: datetime) -> Sequence[Tap]:
    """The account's taps in that time, by time."""
    return _all(work, TAP.c.account_id == account_id, TAP.c.at >= since, TAP.c.at < until)


def all_of_account(work: VerticalWork, account_id: str) -> Sequence[Tap]:
    """Every tap of the account, by time."""
    return _all(work, TAP.c.account_id == account_id)


def forget_account(work: VerticalWork, account_id: str) -> None:
    """Drop the account's taps."""
    work.table(TAP).remove(TAP.c.account_id == account_id)


def forget_before(work: VerticalWork, instant: datetime) -> int:
    """Drop every tap before that instant; how many there were."""
    return int(work.table(TAP).remove(TAP.c.at < instant))


def riders_of(work: VerticalWork, line_id: str, stops: Collection[str], since: datetime) -> Sequence[str]:
    """The accounts that rode the line, or passed a gate of one of its stops, since that instant."""
    there = or_(TAP.c.line_id == line_id, and_(TAP.c.line_id == "", TAP.c.stop_id.in_(sorted(stops))))
    return sorted({row.account_id for row in work.table(TAP).all(TAP.c.at >= since, there)})


def _all(work: VerticalWork, *which: ColumnElement[bool]) -> Sequence[Tap]:
    return [
        Tap(row.account_id, row.at, TapKind(row.kind), row.stop_id, row.gate_id, row.gate_no, row.code_id, row.line_id)
        for row in work.table(TAP).all(*which, order_by=(TAP.c.at, TAP.c.gate_id, TAP.c.gate_no))
    ]
