"""The books of one day, each as rows in order: (kind, reference, …), sums in fen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

from adapters.errors import Malformed
from adapters.values import BillEntry, EntryKind
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.model import Fulfilment
from hospital_bridge.payment.reconcile.sorted_rows import Row, SortedRows
from hospital_bridge.slot import SaleEntry
from hospital_bridge.store.unit_of_work import Work

Counted = Callable[[int], None]
"""Told now and then how many rows of a book were read."""

COUNT_EVERY = 50_000
LONGEST = 64
"""What a reference may measure here; a longer one of somebody else's keeps its beginning and a mark of the rest."""

BOOKED, AWAITING, ELSEWHERE = 0, 1, 2
"""How a sale of ours stands at its fulfilling system: booked, not answered yet, or another wallet account's."""


def bill_rows(context: MoneyContext, day: date, entries: Iterable[BillEntry], counted: Counted) -> Iterator[Row]:
    """(kind, reference, order, amount, fee, second, shop, terminal, cashier, discount) of each line.

    Malformed at the end when not one line is of that day.
    """
    start, end = span_of(context, day)
    of_the_day = seen = 0
    for seen, line in enumerate(entries, 1):
        of_the_day += start <= line.occurred_at < end
        if not seen % COUNT_EVERY:
            counted(seen)
        yield _bill_row(line)
    counted(seen)
    if seen and not of_the_day:
        raise Malformed("the bill is another day's")


def each_once(rows: Iterable[Row]) -> Iterator[Row]:
    """Sorted lines of a bill; Malformed when it tells one movement of money twice, with one sum or with two."""
    last: Row = ()
    for row in rows:
        if row[:3] == last[:3]:
            what = "tells twice of" if row[3] == last[3] else "gives two sums for"
            raise Malformed(f"the bill {what} {row[2]}")
        last = row
        yield row


def list_rows(entries: Iterable[SaleEntry], counted: Counted) -> Iterator[Row]:
    """(kind, serial, amount) of each line of a fulfilling system's list."""
    seen = 0
    for seen, line in enumerate(entries, 1):
        if not seen % COUNT_EVERY:
            counted(seen)
        yield line.kind.value, kept(line.serial), int(line.amount_fen)
    counted(seen)


def summed(rows: Iterable[Row]) -> Iterator[Row]:
    """Sorted (kind, serial, amount), each serial once with all that is booked under it: a double booking is seen."""
    for key, same in groupby(rows, itemgetter(0, 1)):
        yield (*key, sum(int(row[2]) for row in same))


def last_of_each(rows: Iterable[Row], width: int) -> Iterator[Row]:
    """Sorted rows, each key (their first `width` values) once: of several the last, which has the greatest sum."""
    last: Row = ()
    for row in rows:
        if last and row[:width] != last[:width]:
            yield last
        last = row
    if last:
        yield last


def ledger_rows(work: Work, wallet_account: str, day: date) -> Iterator[Row]:
    """(kind, reference, order, amount) of what our ledger says passed through that wallet account."""
    for kind, reference, order_no, amount in work.ledger.wallet_movements(wallet_account, day):
        yield kind.value, reference, order_no, int(amount)


def sale_rows(context: MoneyContext, work: Work, wallet_account: str, day: date) -> Iterator[Row]:
    """(kind, serial, amount, how it stands) of what we hold to be booked for the money of that day."""
    span = span_of(context, day)
    for serial, account, amount, posted, fulfilment in work.payments.sold_between(*span):
        if account != wallet_account:
            yield EntryKind.PAYMENT.value, serial, 0, ELSEWHERE
        elif fulfilment in {Fulfilment.PENDING, Fulfilment.MANUAL}:
            yield EntryKind.PAYMENT.value, serial, amount, AWAITING
        elif fulfilment is Fulfilment.FULFILLED or posted:
            yield EntryKind.PAYMENT.value, serial, posted, BOOKED
    for serial, account, amount, reversal in work.refunds.reversed_between(*span):
        if account != wallet_account:
            yield EntryKind.REFUND.value, serial, 0, ELSEWHERE
        elif reversal is not None:
            yield EntryKind.REFUND.value, serial, amount, BOOKED if reversal is Fulfilment.FULFILLED else AWAITING


def our_books(context: MoneyContext, wallet_account: str, day: date) -> tuple[SortedRows, SortedRows]:
    """Ledger and sales of that day, as they stand now."""
    with context.store.read(context.operator_id) as work:
        ledger = SortedRows(ledger_rows(work, wallet_account, day))
        return ledger, SortedRows(sale_rows(context, work, wallet_account, day))


def span_of(context: MoneyContext, day: date) -> tuple[datetime, datetime]:
    """The half-open span of a business date in the operator's zone."""
    return tuple(datetime.combine(day + timedelta(days=n), time(), context.zone).astimezone(UTC) for n in (0, 1))  # type: ignore[return-value]


def kept(reference: str) -> str:
    """A reference as our tables can hold it; two different ones stay different."""
    if len(reference) <= LONGEST:
        return reference
    return f"{reference[:47]}~{sha256(reference.encode()).hexdigest()[:16]}"


def _bill_row(line: BillEntry) -> Row:
    second = int(line.occurred_at.timestamp())
    order_no = kept(line.merchant_order_no)
    reference = kept(line.refund_no) if line.refund_no else order_no
    if line.kind is EntryKind.REFUND and not line.refund_no:
        # A refund of another till without a number of its own: one order may have several.
        reference = kept(f"{line.merchant_order_no}@{second}")
    amount, till = int(line.amount_fen), (line.shop_no, line.terminal_no, line.cashier_no)
    discount = amount - int(line.receipt_fen)
    return line.kind.value, reference, order_no, amount, int(line.fee_fen), second, *till, discount
