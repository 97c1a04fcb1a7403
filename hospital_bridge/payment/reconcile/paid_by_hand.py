"""Refunds that the hospital has paid out by itself: our ledger has them, and no wallet's bill ever will."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from adapters.values import EntryKind, Fen
from hospital_bridge.payment.reconcile.compare import ABSENT
from hospital_bridge.payment.reconcile.side_by_side import in_batches
from hospital_bridge.payment.reconcile.sorted_rows import Row, SortedRows
from hospital_bridge.payment.reconcile.timing import TheDay
from hospital_bridge.store.differences import Difference, Finding, Progress
from hospital_bridge.store.refund_requests import RefundRequests

AT_THE_COUNTER = "at_the_counter"
"""The word by which a person would explain it; here two people have said so when they approved it."""


def without_paid_by_hand(the_day: TheDay, rows: Iterable[Row], aside: SortedRows) -> Iterator[Row]:
    """The rows on which ledger and bill differ, without refunds paid by hand, which are put aside."""
    for batch in in_batches(rows):
        with the_day.context.store.read(the_day.context.operator_id) as work:
            by_hand = RefundRequests(work).by_hand([str(row[1]) for row in batch if _may_be(row)])
        aside.extend(row for row in batch if row[1] in by_hand)
        yield from (row for row in batch if row[1] not in by_hand)


def paid_by_hand(aside: Iterable[Row]) -> Iterator[Difference]:
    """What is to be said of those put aside: explained from the first."""
    for _, reference, _, ours, *_ in aside:
        told = Difference(Finding.PAID_BY_HAND, EntryKind.REFUND, str(reference), Fen(int(ours)), Fen(0))
        yield replace(told, progress=Progress.EXPLAINED, explanation=AT_THE_COUNTER)


def _may_be(row: Row) -> bool:
    return row[0] == EntryKind.REFUND.value and row[4] == ABSENT
