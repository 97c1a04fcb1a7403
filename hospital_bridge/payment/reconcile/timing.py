"""Entries that two books put on neighbouring days: they clear with the next bill (reference: T+2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from adapters.values import EntryKind, Fen
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.reconcile.asked import Asking
from hospital_bridge.payment.reconcile.books import span_of
from hospital_bridge.payment.reconcile.channels import Channels
from hospital_bridge.payment.reconcile.compare import ABSENT
from hospital_bridge.payment.reconcile.side_by_side import in_batches
from hospital_bridge.payment.reconcile.sorted_rows import Row
from hospital_bridge.payment.reconcile.told_apart import Entry, told_apart
from hospital_bridge.store.differences import Clue, Difference, Finding, Progress
from hospital_bridge.store.unit_of_work import Work

HOLD = timedelta(days=2)
"""From this age on an entry that only the ledger knows is no matter of timing any more."""

NEAR_MIDNIGHT = timedelta(hours=1)
"""How far from midnight two clocks may put one movement of money on two days."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TheDay:
    """Whose day is looked at, and on what day."""

    context: MoneyContext
    wallet_account: str
    day: date
    today: date

    @property
    def neighbours(self) -> tuple[date, date]:
        """The days on either side."""
        return self.day - DAY, self.day + DAY

    @property
    def is_settled(self) -> bool:
        """Whether timing can explain nothing of it any more."""
        return self.today - self.day >= HOLD

    @property
    def has_strays(self) -> bool:
        """Whether entries of a fulfilling system that nobody here sold are told with this account, and no other."""
        return self.wallet_account == min(self.context.wallets)


def should_be_told(the_day: TheDay, ledger: Iterable[Row]) -> bool:
    """Whether the day's bill, were it whole, would have to tell one of these entries: an empty one is believed or not.

    Not what a neighbour's bill has told or may yet tell; and after two days what it lacks is said of each entry.
    """
    if the_day.is_settled:
        return False
    return any(_should_be_told(the_day, batch) for batch in in_batches(ledger))


def _should_be_told(the_day: TheDay, entries: list[Row]) -> bool:
    with the_day.context.store.read(the_day.context.operator_id) as work:
        told = _cleared(work, the_day, [str(row[1]) for row in entries]) | told_apart(work, entries)
        moved_at = work.ledger.moved_at(the_day.wallet_account, the_day.day, [str(row[2]) for row in entries])
    start, end = span_of(the_day.context, the_day.day)
    near = (start + NEAR_MIDNIGHT, end - NEAR_MIDNIGHT)
    return any(near[0] <= at < near[1] for entry, at in moved_at.items() if entry not in told)


def sort_out(the_day: TheDay, rows: Iterable[Row], channels: Channels) -> Iterator[Difference]:
    """What is to be said of rows on which ledger and bill differ.

    TIMING where a neighbouring day explains them, nothing where another till's channel does.
    """
    asking = Asking(the_day.context.wallets[the_day.wallet_account])
    for batch in in_batches(rows):
        with the_day.context.store.read(the_day.context.operator_id) as work:
            order_nos = [str(row[2]) for row in batch if row[3] == ABSENT]
            known = _elsewhere(work, the_day, order_nos)
            ours = work.payments.ours_among(order_nos)
            apart = told_apart(work, batch)
            cleared = _cleared(work, the_day, [str(row[1]) for row in batch if row[4] == ABSENT]) | apart
        for row in batch:
            if row[4] == ABSENT:
                yield from _of_ledger(the_day, row, cleared, asking)
            elif row[3] != ABSENT:
                yield _difference(row, Finding.WALLET_AMOUNT)
            elif (row[0], row[1], row[4]) in known or (row[0], row[1]) in apart:
                yield replace(_difference(row, Finding.TIMING), progress=Progress.CLEARED)
            elif row[2] in ours:
                yield replace(_difference(row, Finding.WALLET_ONLY), clue=Clue.OURS)
            elif not channels.take(row):
                clue = Clue.NO_CHANNEL if channels.rules else Clue.STRANGER
                yield replace(_difference(row, Finding.WALLET_ONLY), clue=clue)


def _of_ledger(the_day: TheDay, row: Row, cleared: set[Entry], asking: Asking) -> Iterator[Difference]:
    """An entry that only the ledger knows (短款): held, then asked of the wallet."""
    if (row[0], row[1]) in cleared:
        return
    if not the_day.is_settled:
        yield _difference(row, Finding.TIMING)
    else:
        yield replace(_difference(row, Finding.LEDGER_ONLY), clue=asking.about(row))


def _difference(row: Row, finding: Finding) -> Difference:
    ours, theirs = (Fen(max(int(row[place]), 0)) for place in (3, 4))
    return Difference(finding, EntryKind(str(row[0])), str(row[1]), ours, theirs)


def _elsewhere(work: Work, the_day: TheDay, order_nos: list[str]) -> set[tuple[str, str, int]]:
    moved = work.ledger.known_movements(the_day.wallet_account, the_day.neighbours, order_nos) if order_nos else ()
    return {(kind.value, reference, int(amount)) for kind, reference, amount in moved}


def _cleared(work: Work, the_day: TheDay, references: list[str]) -> set[Entry]:
    if not references:
        return set()
    ended = work.differences.cleared(the_day.wallet_account, the_day.neighbours, references)
    return {(one.kind.value, one.reference) for one in ended}
