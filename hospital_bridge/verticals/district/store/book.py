"""The mall's book: each payment and each refund with what of it is the shop's and what the mall's, never altered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Row, String, Table

from adapters.values import EntryKind, Fen
from hospital_bridge.slot import Receipt, SaleEntry
from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.district.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, tzinfo

    from hospital_bridge.slot import PaidSale, VerticalWork
    from hospital_bridge.verticals.district.splitting import ShopShare

BOOK = Table(
    "district_book",
    metadata,
    operator_column(),
    Column("serial", CODE, primary_key=True),
    Column("purchase_id", ID, nullable=False),
    Column("shop_id", CODE, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("receipt_no", ID, nullable=False),
    Column("shop_fen", BigInteger, nullable=False),
    Column("mall_fen", BigInteger, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    CheckConstraint("kind IN ('payment', 'refund')", name="kind"),
    CheckConstraint("shop_fen >= 0 AND mall_fen >= 0", name="shares_not_negative"),
)
Index("ix_district_book_occurred", BOOK.c.operator_id, BOOK.c.occurred_at)
Index("ix_district_book_purchase", BOOK.c.operator_id, BOOK.c.purchase_id)


@dataclass(frozen=True, slots=True)
class Line:
    """One payment or refund, in fen; both shares together are what moved."""

    serial: str
    shop_id: str
    kind: EntryKind
    receipt_no: str
    shop_fen: int
    mall_fen: int
    occurred_at: datetime

    @property
    def fen(self) -> int:
        """What the payer paid or got back."""
        return self.shop_fen + self.mall_fen

    @property
    def sign(self) -> int:
        """1 where money came, -1 where it went."""
        return 1 if self.kind is EntryKind.PAYMENT else -1

    @property
    def receipt(self) -> Receipt:
        """What the core is told of it."""
        return Receipt(self.serial, self.receipt_no, Fen(self.fen))


def find(work: VerticalWork, serial: str) -> Line | None:
    """The line of that posting, or None."""
    row = work.table(BOOK).one(BOOK.c.serial == serial)
    return None if row is None else _read(row)


def enter(work: VerticalWork, kind: EntryKind, sale: PaidSale, share: ShopShare) -> Line:
    """Write a posting with its two shares; the caller has asked `find` before."""
    line = Line(
        serial=sale.serial,
        shop_id=share.shop,
        kind=kind,
        receipt_no=work.ids.new(),
        shop_fen=share.shop_fen,
        mall_fen=share.mall_fen,
        occurred_at=sale.occurred_at,
    )
    work.table(BOOK).add(
        serial=line.serial,
        purchase_id=sale.sale_ref,
        shop_id=line.shop_id,
        kind=kind.value,
        receipt_no=line.receipt_no,
        shop_fen=line.shop_fen,
        mall_fen=line.mall_fen,
        occurred_at=line.occurred_at,
    )
    return line


def of_purchase(work: VerticalWork, purchase_id: str) -> Sequence[Line]:
    """Every line of a purchase, in the order of the money."""
    return _lines(work, BOOK.c.purchase_id == purchase_id)


def of_day(work: VerticalWork, day: date, timezone: tzinfo) -> Sequence[Line]:
    """Every line of that business day."""
    begins = datetime.combine(day, time(), timezone)
    return _lines(work, BOOK.c.occurred_at >= begins, BOOK.c.occurred_at < begins + timedelta(days=1))


def entry(line: Line) -> SaleEntry:
    """The line as reconciliation reads it."""
    return SaleEntry(line.serial, line.kind, Fen(line.fen), line.occurred_at)


def _lines(work: VerticalWork, *wanted: Any) -> Sequence[Line]:
    rows = work.table(BOOK).all(*wanted, order_by=(BOOK.c.occurred_at, BOOK.c.serial))
    return [_read(row) for row in rows]


def _read(row: Row[Any]) -> Line:
    return Line(
        serial=row.serial,
        shop_id=row.shop_id,
        kind=EntryKind(row.kind),
        receipt_no=row.receipt_no,
        shop_fen=row.shop_fen,
        mall_fen=row.mall_fen,
        occurred_at=row.occurred_at,
    )
