"""The operator's own book of what was paid and given back: a transit operator has no other system to post it in."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Index, Table

from adapters.values import EntryKind, Fen
from hospital_bridge.slot import Receipt, SaleEntry
from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.transit.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, tzinfo

    from hospital_bridge.slot import PaidSale, VerticalWork

RECEIPT = Table(
    "transit_receipt",
    metadata,
    operator_column(),
    Column("serial", CODE, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("receipt_no", ID, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("occurred_at", Instant, nullable=False),
)
Index(None, RECEIPT.c.operator_id, RECEIPT.c.occurred_at)


def enter(work: VerticalWork, kind: EntryKind, sale: PaidSale) -> Receipt:
    """The receipt of that posting, made at the first time."""
    row = work.table(RECEIPT).one(RECEIPT.c.serial == sale.serial)
    if row is not None:
        return Receipt(row.serial, row.receipt_no, Fen(row.amount_fen))
    receipt_no = work.ids.new()
    work.table(RECEIPT).add(
        serial=sale.serial,
        kind=kind.value,
        receipt_no=receipt_no,
        amount_fen=sale.amount_fen,
        occurred_at=sale.occurred_at,
    )
    return Receipt(sale.serial, receipt_no, sale.amount_fen)


def of_day(work: VerticalWork, day: date, timezone: tzinfo) -> Sequence[SaleEntry]:
    """Every entry of that business day."""
    begins = datetime.combine(day, time(), timezone)
    within = (RECEIPT.c.occurred_at >= begins, RECEIPT.c.occurred_at < begins + timedelta(days=1))
    return [
        SaleEntry(row.serial, EntryKind(row.kind), Fen(row.amount_fen), row.occurred_at)
        for row in work.table(RECEIPT).all(*within, order_by=(RECEIPT.c.occurred_at,))
    ]
