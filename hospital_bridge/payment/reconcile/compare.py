"""Two books side by side: pure, and every row on which they differ is told with the sums of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adapters.values import EntryKind, Fen
from hospital_bridge.payment.reconcile.books import AWAITING, ELSEWHERE, each_once, summed
from hospital_bridge.payment.reconcile.channels import Channels
from hospital_bridge.payment.reconcile.side_by_side import side_by_side
from hospital_bridge.payment.reconcile.sorted_rows import Row
from hospital_bridge.store.differences import Difference, Finding

ABSENT = -1
"""The sum of a row that a book does not have."""

NO_LINE: Row = (ABSENT, 0, 0, "", "", "", 0)


@dataclass(slots=True)
class Sums:
    """What is counted while the books are read; net sums in fen, payments less refunds."""

    matched: int = 0
    ledger_fen: int = 0
    sale_fen: int = 0


def at_wallet(ledger: Iterable[Row], bill: Iterable[Row], sums: Sums, channels: Channels) -> Iterator[Row]:
    """(kind, reference, order, ours, theirs, fee, second, shop, terminal, cashier, discount) where the books differ."""
    for mine, told in side_by_side(ledger, each_once(bill), 3):
        ours, theirs = mine[3] if mine else ABSENT, told[3] if told else ABSENT
        one: Row = mine or told or ()
        if mine:
            sums.ledger_fen += signed(mine[0], mine[3])
        if told:
            channels.whole.add(told[0], told[3], told[4], told[9])
        if ours == theirs:
            sums.matched += 1
        else:
            yield (*one[:3], ours, *(told[3:] if told else NO_LINE))


def at_sale(sales: Iterable[Row], listed: Iterable[Row], sums: Sums) -> Iterator[Difference]:
    """Where our bookings differ from the fulfilling systems' list; SALE_ONLY may yet turn out to be explained."""
    for mine, told in side_by_side(sales, summed(listed), 2):
        kind, reference = (str(value) for value in (mine or told or ())[:2])
        ours, stands = (int(mine[2]), mine[3]) if mine else (0, None)
        theirs = int(told[2]) if told else 0
        if stands == ELSEWHERE:
            continue
        if mine:
            sums.sale_fen += signed(kind, theirs)
        if finding := _at_sale(stands, told is not None, agrees=ours == theirs):
            yield Difference(finding, EntryKind(kind), reference, Fen(ours), Fen(theirs))


def signed(kind: str | int, amount: str | int) -> int:
    """The sum with the sign that it has in a net sum."""
    return int(amount) if kind == EntryKind.PAYMENT.value else -int(amount)


def _at_sale(stands: object, is_listed: bool, *, agrees: bool) -> Finding | None:  # noqa: FBT001 - read with its name
    if stands is None:
        return Finding.SALE_ONLY
    if stands == AWAITING:
        return Finding.UNFULFILLED
    if not is_listed:
        return Finding.SALE_MISSING
    return None if agrees else Finding.SALE_AMOUNT
