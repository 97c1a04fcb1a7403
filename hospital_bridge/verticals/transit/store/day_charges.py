"""Service days of accounts, one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from hospital_bridge.store.metadata import CODE, ID, operator_column
from hospital_bridge.verticals.transit.charging.day_charge import OWING, DayCharge, State
from hospital_bridge.verticals.transit.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Row

    from hospital_bridge.slot import VerticalWork

DAY = Table(
    "transit_day",
    metadata,
    operator_column(),
    Column("day_id", ID, primary_key=True),
    Column("account_id", ID, nullable=False),
    Column("service_day", Date, nullable=False),
    Column("state", CODE, nullable=False),
    Column("fare_fen", BigInteger, nullable=False),
    Column("charged_fen", BigInteger, nullable=False),
    Column("orders", Integer, nullable=False),
    Column("payment_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("operator_id", "account_id", "service_day"),
    CheckConstraint("fare_fen >= 0 AND charged_fen >= 0", name="sums_not_negative"),
)
Index(None, DAY.c.operator_id, DAY.c.state)

_IS_OWED = DAY.c.state.in_([state.value for state in OWING])


class NoSuchDay(LookupError):
    """The account has no such service day."""


def ensure(work: VerticalWork, account_id: str, service_day: date) -> tuple[DayCharge, bool]:
    """The account's day, and whether it was made now."""
    day = DayCharge(work.ids.new(), account_id, service_day)
    known = find(work, account_id, service_day)
    if known is not None:
        return known, False
    try:
        with work.connection.begin_nested():
            work.table(DAY).add(
                day_id=day.day_id, account_id=account_id, service_day=service_day, version=1, **_moving(day)
            )
    except IntegrityError:
        # Another gate's sync made it since.
        return ensure(work, account_id, service_day)
    return day, True


def find(work: VerticalWork, account_id: str, service_day: date, *, lock: bool = False) -> DayCharge | None:
    """The account's day, or None where it made no tap. `lock` holds it until the transaction ends."""
    row = work.table(DAY).one(DAY.c.account_id == account_id, DAY.c.service_day == service_day, lock=lock)
    return None if row is None else _read(row)


def get(work: VerticalWork, day_id: str, *, lock: bool = False) -> DayCharge:
    """One day; NoSuchDay. `lock` holds it until the transaction ends."""
    row = work.table(DAY).one(DAY.c.day_id == day_id, lock=lock)
    if row is None:
        raise NoSuchDay(day_id)
    return _read(row)


def save(work: VerticalWork, day: DayCharge) -> None:
    """Write back how it stands, guarded by the version that was read."""
    work.table(DAY).save(DAY.c.day_id == day.day_id, version=day.version, **_moving(day))


def of_account(work: VerticalWork, account_id: str) -> Sequence[DayCharge]:
    """Every day of the account, newest first."""
    rows = work.table(DAY).all(DAY.c.account_id == account_id, order_by=(DAY.c.service_day.desc(),))
    return [_read(row) for row in rows]


def open_days(work: VerticalWork) -> Sequence[str]:
    """The ids of the days whose taps are still coming."""
    rows = work.table(DAY).all(DAY.c.state == State.OPEN.value, order_by=(DAY.c.service_day, DAY.c.day_id))
    return [row.day_id for row in rows]


def debtors(work: VerticalWork) -> frozenset[str]:
    """The accounts that owe a day: they pass no gate."""
    return frozenset(row.account_id for row in work.table(DAY).all(_IS_OWED))


def owes(work: VerticalWork, account_id: str) -> bool:
    """Whether the account owes a day."""
    return bool(work.table(DAY).all(DAY.c.account_id == account_id, _IS_OWED, limit=1))


def _moving(day: DayCharge) -> dict[str, Any]:
    return {
        "state": day.state.value,
        "fare_fen": day.fare_fen,
        "charged_fen": day.charged_fen,
        "orders": day.orders,
        "payment_id": day.payment_id,
    }


def _read(row: Row[Any]) -> DayCharge:
    return DayCharge(
        day_id=row.day_id,
        account_id=row.account_id,
        service_day=row.service_day,
        state=State(row.state),
        fare_fen=row.fare_fen,
        charged_fen=row.charged_fen,
        orders=row.orders,
        payment_id=row.payment_id,
        version=row.version,
    )
