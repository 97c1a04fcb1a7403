"""Refunds that the wallet told as one sum and its bill tells apart: adopted under a number of ours, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from adapters.values import EntryKind
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.model import Refund, is_known, unnamed
from hospital_bridge.payment.reconcile.compare import ABSENT, Sums
from hospital_bridge.payment.reconcile.sorted_rows import Row, SortedRows

_ORDER_FIRST = (2, 0, 1, *range(3, 11))
"""The columns of a row on which ledger and bill differ, with the order in front."""


def by_order(rows: Iterable[Row]) -> SortedRows:
    """Rows on which ledger and bill differ, those of one order together; the caller closes them."""
    return SortedRows(tuple(row[place] for place in _ORDER_FIRST) for row in rows)


def without_adopted(context: MoneyContext, rows: SortedRows, sums: Sums) -> Iterator[Row]:
    """The rows in the order of their orders, without refunds of an order that add up to one sum in both books.

    Ours are those that were adopted without a number, the bill's those whose number no refund has: a refund that is
    known, be it under another day, explains no other one.
    """
    for _, group in groupby(rows, itemgetter(0)):
        told = [(kind, reference, order_no, *rest) for order_no, kind, reference, *rest in group]
        adopted = _adopted(context, told)
        sums.matched += sum(row[3] == ABSENT for row in adopted)
        yield from (row for row in told if row not in adopted)


def _adopted(context: MoneyContext, told: list[Row]) -> set[Row]:
    refunds = [row for row in told if row[0] == EntryKind.REFUND.value]
    ours, theirs = ({row for row in refunds if row[place] == ABSENT} for place in (4, 3))
    if not ours or not theirs:
        return set()
    known = _refunds(context, str(told[0][2]))
    numbers = {one.refund_no for one in unnamed(known)}
    ours = {row for row in ours if row[1] in numbers}
    theirs = {row for row in theirs if not is_known(known, str(row[1]))}
    in_one_sum = sum(int(row[3]) for row in ours) == sum(int(row[4]) for row in theirs)
    return ours | theirs if in_one_sum else set()


def _refunds(context: MoneyContext, order_no: str) -> list[Refund]:
    """Those of an order that our ledger knows."""
    with context.store.read(context.operator_id) as work:
        [payment] = work.payments.by_orders([order_no]).values()
        return list(work.refunds.of(payment.payment_id))
