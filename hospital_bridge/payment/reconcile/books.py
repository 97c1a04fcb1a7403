"""The three books of one day, each as one map from entry to fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from adapters.errors import Malformed
from adapters.values import BillEntry, EntryKind
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.model import Fulfilment, Payment, Refund
from hospital_bridge.slot import SaleEntry
from hospital_bridge.store.unit_of_work import Work

Entry = tuple[EntryKind, str]
"""A payment by its order number or a refund by its refund number; at a sale both by their serial."""

Book = Mapping[Entry, int]


@dataclass(frozen=True, slots=True)
class Bill:
    """A wallet's bill: `orders` names the order behind each entry; fees in fen."""

    sums: Book
    orders: Mapping[Entry, str]
    fee_fen: int


@dataclass(frozen=True, slots=True)
class Sales:
    """What we hold to be booked at the fulfilling systems, what awaits their answer, and what other accounts sold."""

    booked: dict[Entry, int] = field(default_factory=dict)
    awaiting: dict[Entry, int] = field(default_factory=dict)
    elsewhere: set[Entry] = field(default_factory=set)


def net(book: Book) -> int:
    """Payments less refunds, in fen."""
    return sum(amount if kind is EntryKind.PAYMENT else -amount for (kind, _), amount in book.items())


def read_bill(context: MoneyContext, day: date, entries: Iterable[BillEntry]) -> Bill:
    """The bill by entry; Malformed when it gives one entry two sums, or is another day's bill altogether."""
    sums: dict[Entry, int] = {}
    orders: dict[Entry, str] = {}
    fees, of_the_day = 0, 0
    for line in entries:
        of_the_day += context.business_date(line.occurred_at) == day
        entry = (line.kind, line.refund_no or line.merchant_order_no)
        if sums.setdefault(entry, line.amount_fen) != line.amount_fen:
            raise Malformed(f"the bill gives two sums for {line.merchant_order_no}")
        if entry not in orders:
            orders[entry] = line.merchant_order_no
            fees += line.fee_fen
    if sums and not of_the_day:
        raise Malformed("the bill is another day's")
    return Bill(sums, orders, fees)


def read_list(entries: Iterable[SaleEntry]) -> Book:
    """The fulfilling system's list by entry."""
    return {(line.kind, line.serial): int(line.amount_fen) for line in entries}


def read_ledger(work: Work, wallet_account: str, day: date) -> Book:
    """What our ledger says passed through that wallet account."""
    return {(kind, reference): amount for kind, reference, amount in work.ledger.wallet_movements(wallet_account, day)}


def read_sales(context: MoneyContext, work: Work, wallet_account: str, day: date) -> Sales:
    """What we hold to be booked at the fulfilling systems for the money of that day."""
    start, end = span_of(context, day)
    sales = Sales()
    for payment in work.payments.collected_between(start, end):
        if payment.wallet_account == wallet_account:
            _note_payment(sales, payment)
        else:
            sales.elsewhere.add((EntryKind.PAYMENT, payment.payment_id))
    for refund in work.refunds.refunded_between(start, end):
        if work.payments.get(refund.payment_id).wallet_account == wallet_account:
            _note_refund(sales, refund)
        else:
            sales.elsewhere.add((EntryKind.REFUND, refund.refund_no))
    return sales


def span_of(context: MoneyContext, day: date) -> tuple[datetime, datetime]:
    """The half-open span of a business date in the operator's zone."""
    return tuple(datetime.combine(day + timedelta(days=n), time(), context.zone) for n in (0, 1))  # type: ignore[return-value]


def _note_payment(sales: Sales, payment: Payment) -> None:
    entry = (EntryKind.PAYMENT, payment.payment_id)
    if payment.fulfilment in {Fulfilment.PENDING, Fulfilment.MANUAL}:
        sales.awaiting[entry] = payment.amount_fen
    elif payment.fulfilment is Fulfilment.FULFILLED or payment.posted_fen:
        sales.booked[entry] = payment.posted_fen


def _note_refund(sales: Sales, refund: Refund) -> None:
    entry = (EntryKind.REFUND, refund.refund_no)
    if refund.reversal is Fulfilment.FULFILLED:
        sales.booked[entry] = refund.reversal_fen
    elif refund.reversal is not None:
        sales.awaiting[entry] = refund.reversal_fen
