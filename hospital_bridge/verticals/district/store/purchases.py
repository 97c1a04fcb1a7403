"""Purchases, one row each."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Row, String, Table

from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.district.selling.purchase import Purchase, State
from hospital_bridge.verticals.district.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, tzinfo

    from hospital_bridge.slot import VerticalWork

PURCHASE = Table(
    "district_purchase",
    metadata,
    operator_column(),
    Column("purchase_id", ID, primary_key=True),
    Column("subject_id", ID, nullable=False),
    Column("wallet_user_id", ID, nullable=False),
    Column("shop_id", CODE, nullable=False),
    Column("price_fen", BigInteger, nullable=False),
    Column("off_fen", BigInteger, nullable=False),
    Column("commission", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("state", String(24), nullable=False),
    Column("payment_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("state IN ('ordered', 'paid', 'lapsed', 'refunded')", name="state"),
    CheckConstraint("off_fen >= 0 AND off_fen <= price_fen", name="off_within_price"),
)
Index("ix_district_purchase_subject", PURCHASE.c.operator_id, PURCHASE.c.subject_id)
Index("ix_district_purchase_opened", PURCHASE.c.operator_id, PURCHASE.c.opened_at)

NOBODY = ""
"""Whose purchase it was is forgotten; what it came to stays in the mall's books."""


class NoSuchPurchase(LookupError):
    """There is no such purchase."""


def add(work: VerticalWork, purchase: Purchase) -> None:
    """Keep a new purchase."""
    work.table(PURCHASE).add(
        purchase_id=purchase.purchase_id,
        subject_id=purchase.subject_id,
        shop_id=purchase.shop_id,
        commission=purchase.commission,
        opened_at=purchase.opened_at,
        version=purchase.version,
        **_moving(purchase),
    )


def find(work: VerticalWork, purchase_id: str, *, lock: bool = False) -> Purchase | None:
    """The purchase, or None. `lock` holds it until the transaction ends."""
    row = work.table(PURCHASE).one(PURCHASE.c.purchase_id == purchase_id, lock=lock)
    return None if row is None else _read(row)


def get(work: VerticalWork, purchase_id: str, *, lock: bool = False) -> Purchase:
    """The purchase; NoSuchPurchase. `lock` holds it until the transaction ends."""
    found = find(work, purchase_id, lock=lock)
    if found is None:
        raise NoSuchPurchase(purchase_id)
    return found


def save(work: VerticalWork, purchase: Purchase) -> None:
    """Write back how it stands, guarded by the version that was read."""
    is_it = PURCHASE.c.purchase_id == purchase.purchase_id
    work.table(PURCHASE).save(is_it, version=purchase.version, **_moving(purchase))


def of_subject(work: VerticalWork, subject_id: str, limit: int | None = None) -> Sequence[Purchase]:
    """A member's purchases, the newest first."""
    rows = work.table(PURCHASE).all(PURCHASE.c.subject_id == subject_id, order_by=_NEWEST, limit=limit)
    return [_read(row) for row in rows]


def of_day(work: VerticalWork, day: date, timezone: tzinfo, shop_id: str = "") -> Sequence[Purchase]:
    """The purchases that were entered on a day, of one shop or of all, the newest first."""
    begins = datetime.combine(day, time(), timezone)
    wanted = [PURCHASE.c.opened_at >= begins, PURCHASE.c.opened_at < begins + timedelta(days=1)]
    if shop_id:
        wanted.append(PURCHASE.c.shop_id == shop_id)
    return [_read(row) for row in work.table(PURCHASE).all(*wanted, order_by=_NEWEST)]


def paid_between(work: VerticalWork, begins: datetime, ends: datetime) -> Mapping[str, int]:
    """What each member paid for purchases that were entered in that time and stand, in fen, by subject id."""
    found = (PURCHASE.c.opened_at >= begins, PURCHASE.c.opened_at < ends, PURCHASE.c.state == State.PAID.value)
    paid: dict[str, int] = {}
    for row in work.table(PURCHASE).all(*found):
        paid[row.subject_id] = paid.get(row.subject_id, 0) + row.price_fen - row.off_fen
    return paid


def forget(work: VerticalWork, subject_id: str) -> None:
    """Whose purchases they were is known no more."""
    work.table(PURCHASE).change(PURCHASE.c.subject_id == subject_id, subject_id=NOBODY, wallet_user_id=NOBODY)


def forget_before(work: VerticalWork, instant: datetime) -> None:
    """The same for everything that was bought before an instant."""
    work.table(PURCHASE).change(PURCHASE.c.opened_at < instant, subject_id=NOBODY, wallet_user_id=NOBODY)


_NEWEST = (PURCHASE.c.opened_at.desc(), PURCHASE.c.purchase_id.desc())


def _moving(purchase: Purchase) -> dict[str, Any]:
    return {
        "wallet_user_id": purchase.wallet_user_id,
        "price_fen": purchase.price_fen,
        "off_fen": purchase.off_fen,
        "state": purchase.state.value,
        "payment_id": purchase.payment_id,
    }


def _read(row: Row[Any]) -> Purchase:
    values = row._asdict()
    del values["operator_id"]
    return Purchase(**values | {"state": State(row.state)})
