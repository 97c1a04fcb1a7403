"""Refunds that somebody made at the wallet itself: its bill and our ledger have them under numbers of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from adapters.values import EntryKind
from hospital_bridge.payment.reconcile.compare import ABSENT, Sums
from hospital_bridge.payment.reconcile.sorted_rows import Row, SortedRows

_ORDER_FIRST = (2, 0, 1, *range(3, 10))
"""The columns of a row on which ledger and bill differ, with the order in front."""


def by_order(rows: Iterable[Row]) -> SortedRows:
    """Rows on which ledger and bill differ, those of one order together; the caller closes them."""
    return SortedRows(tuple(row[place] for place in _ORDER_FIRST) for row in rows)


def without_adopted(rows: SortedRows, sums: Sums) -> Iterator[Row]:
    """The rows in the order of their orders, without refunds of an order that add up to one sum in both books.

    They are one refund or several, told by the wallet when we asked about the order and kept under a number of ours.
    """
    for _, group in groupby(rows, itemgetter(0)):
        told = [(kind, reference, order_no, *rest) for order_no, kind, reference, *rest in group]
        refunds = [row for row in told if row[0] == EntryKind.REFUND.value]
        ours = sum(int(row[3]) for row in refunds if row[4] == ABSENT)
        theirs = sum(int(row[4]) for row in refunds if row[3] == ABSENT)
        one_sided = [row for row in refunds if ABSENT in row[3:5]]
        adopted = set(one_sided) if ours == theirs else set()
        sums.matched += sum(row[3] == ABSENT for row in adopted)
        yield from (row for row in told if row not in adopted)
