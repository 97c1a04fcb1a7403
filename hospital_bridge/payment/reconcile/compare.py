"""Two books side by side: pure, and every difference has a type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.values import Fen
from hospital_bridge.payment.reconcile.books import Book, Sales
from hospital_bridge.store.reconciliation import Difference, Finding


@dataclass(frozen=True, slots=True)
class Words:
    """What a difference is called that stands in one book only, or in both with two sums."""

    only_ours: Finding
    only_theirs: Finding
    amount: Finding


WALLET = Words(Finding.LEDGER_ONLY, Finding.WALLET_ONLY, Finding.WALLET_AMOUNT)
SALE = Words(Finding.SALE_MISSING, Finding.SALE_ONLY, Finding.SALE_AMOUNT)

EXPLAINED = frozenset({Finding.TIMING, Finding.UNFULFILLED})
"""Findings that say by themselves why the books differ today."""


def differences(ours: Book, theirs: Book, words: Words) -> Iterator[Difference]:
    """Every entry on which the books differ, ours first."""
    for (kind, reference), amount in ours.items():
        told = theirs.get((kind, reference))
        if told is None:
            yield Difference(words.only_ours, kind, reference, Fen(amount), Fen(0))
        elif told != amount:
            yield Difference(words.amount, kind, reference, Fen(amount), Fen(told))
    for (kind, reference), amount in theirs.items():
        if (kind, reference) not in ours:
            yield Difference(words.only_theirs, kind, reference, Fen(0), Fen(amount))


def sale_differences(sales: Sales, theirs: Book) -> Iterator[Difference]:
    """Our bookings against the fulfilling system's list; what still awaits its answer is told apart."""
    aside = sales.awaiting.keys() | sales.elsewhere
    for entry, amount in sales.awaiting.items():
        kind, reference = entry
        yield Difference(Finding.UNFULFILLED, kind, reference, Fen(amount), Fen(theirs.get(entry, 0)))
    rest = {entry: amount for entry, amount in theirs.items() if entry not in aside}
    yield from differences(sales.booked, rest, SALE)


def unexplained_fen(found: list[Difference]) -> Fen:
    """How much money the differences are about that nothing explains."""
    return Fen(sum(abs(one.ours_fen - one.theirs_fen) for one in found if one.finding not in EXPLAINED))
