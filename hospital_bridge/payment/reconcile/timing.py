"""Entries that two books put on neighbouring days: they clear with the next bill (reference: T+2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from hospital_bridge.payment.reconcile.books import read_ledger
from hospital_bridge.store.reconciliation import Difference, Finding, Progress
from hospital_bridge.store.unit_of_work import Work

HOLD = timedelta(days=2)
"""From this age on an entry that only the ledger knows is no matter of timing any more."""


def sort_out(work: Work, wallet_account: str, day: date, today: date, found: list[Difference]) -> Iterator[Difference]:
    """The differences with those that a neighbouring day explains called TIMING, or dropped where it was cleared."""
    neighbours = [day - timedelta(days=1), day + timedelta(days=1)]
    books = [read_ledger(work, wallet_account, neighbour) for neighbour in neighbours]
    cleared = {
        (one.kind, one.reference)
        for neighbour in neighbours
        for one in work.reconciliations.differences(wallet_account, neighbour)
        if one.finding is Finding.TIMING and one.progress is Progress.CLEARED
    }
    for one in found:
        entry = (one.kind, one.reference)
        if one.finding is Finding.WALLET_ONLY and any(book.get(entry) == one.theirs_fen for book in books):
            yield replace(one, finding=Finding.TIMING, progress=Progress.CLEARED)
        elif one.finding is not Finding.LEDGER_ONLY:
            yield one
        elif entry not in cleared:
            yield one if today - day >= HOLD else replace(one, finding=Finding.TIMING)
