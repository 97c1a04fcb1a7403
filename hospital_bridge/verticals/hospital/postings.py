"""The hospital's book of what was paid and refunded through us: one book, whatever was sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import PaidSale, Receipt, SaleEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from adapters.values import Posting, PostingEntry
    from hospital_bridge.slot import Scope


def post(scope: Scope, posting: Posting) -> Receipt:
    """Have the hospital enter a payment or a refund."""
    return _receipt(scope.port("HisBilling").post(posting))


def find(scope: Scope, sale: PaidSale) -> Receipt | None:
    """What the hospital has under the sale's serial, or a firm None."""
    day = sale.occurred_at.astimezone(scope.timezone).date()
    entry = scope.port("HisBilling").find_posting(sale.serial, day)
    return None if entry is None else _receipt(entry)


def entries(scope: Scope, day: date) -> Sequence[SaleEntry]:
    """The hospital's own list of that business day, every kind of sale in it."""
    return [
        SaleEntry(entry.serial, entry.kind, entry.amount_fen, entry.occurred_at)
        for entry in scope.port("HisBilling").postings(day)
    ]


def _receipt(entry: PostingEntry) -> Receipt:
    return Receipt(entry.serial, entry.receipt_no, entry.amount_fen, entry.control_id)
