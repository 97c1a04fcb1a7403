"""The hospital's book of what was paid and refunded through us: one book, whatever was sold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from adapters.errors import NoDayYet
from adapters.values import EntryKind, Posting
from hospital_bridge.slot import FulfilMode, PaidSale, Receipt, Sale, SaleEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from adapters.invoices import InvoiceState
    from adapters.values import PatientRecord, PostingEntry
    from hospital_bridge.slot import Progress, Scope, VerticalWork


@dataclass(frozen=True, slots=True)
class PaidFor:
    """What a sale is at the hospital: whose, and the number of the appointment, the bill or the stay.

    A stay's number with a bill's is what was due at its settlement.
    """

    patient: PatientRecord
    filler_id: str = ""
    bill_no: str = ""
    stay_no: str = ""


def sale_of(
    kind: str,
    title: str,
    paid_for: Callable[[VerticalWork, PaidSale], PaidFor],
    changed: Callable[[VerticalWork, str, Progress, str], None],
) -> Sale:
    """A sale whose payments and refunds are posted in the hospital's book, asked for there, and listed by it."""

    def posted(entry: EntryKind, scope: Scope, sale: PaidSale) -> Receipt:
        with scope.read() as work:
            what = paid_for(work, sale)
        return post(scope, _posting(sale, entry, what))

    return Sale(
        kind=kind,
        title=title,
        mode=FulfilMode.QUERYABLE,
        fulfil=partial(posted, EntryKind.PAYMENT),
        query=find,
        reverse=partial(posted, EntryKind.REFUND),
        query_reversal=find,
        changed=changed,
        entries=entries,
    )


def _posting(sale: PaidSale, kind: EntryKind, what: PaidFor) -> Posting:
    return Posting(
        serial=sale.serial,
        kind=kind,
        amount_fen=sale.amount_fen,
        patient=what.patient,
        filler_id=what.filler_id,
        merchant_order_no=sale.merchant_order_no,
        provider_trade_no=sale.provider_trade_no,
        occurred_at=sale.occurred_at,
        refers_to=sale.refers_to,
        bill_no=what.bill_no,
        stay_no=what.stay_no,
    )


def post(scope: Scope, posting: Posting) -> Receipt:
    """Have the hospital enter a payment or a refund on the day that is open there; a closed day never changes."""
    on = open_day(scope, scope.now())
    entry = scope.port("HisBilling").post(replace(posting, accounting_day=on))
    return _receipt(entry, on)


def find(scope: Scope, sale: PaidSale) -> Receipt | None:
    """What the hospital has under the sale's serial, or a firm None."""
    day = sale.occurred_at.astimezone(scope.timezone).date()
    try:
        entry = scope.port("HisBilling").find_posting(sale.serial, day)
    except NoDayYet as refused:
        # After the closing the day to come is the open one: a posting may stand there, whatever is said of its list.
        if refused.day <= open_day(scope, scope.now()):
            raise
        return None
    return None if entry is None else _receipt(entry, None)


def entries(scope: Scope, day: date) -> Sequence[SaleEntry]:
    """The hospital's own list of that business day, every kind of sale in it."""
    return [
        SaleEntry(entry.serial, entry.kind, entry.amount_fen, entry.occurred_at)
        for entry in scope.port("HisBilling").postings(day)
    ]


def invoice(scope: Scope, sale: PaidSale) -> InvoiceState | None:
    """How the e-invoice of a payment stands; None where no system of the hospital can tell."""
    return invoice_state(scope, sale.serial, sale.receipt_no, sale.occurred_at)


def invoice_state(scope: Scope, serial: str, receipt_no: str, paid_at: datetime) -> InvoiceState | None:
    """The same by what names the payment at the hospital."""
    if not scope.has_port("HisInvoices"):
        return None
    day = paid_at.astimezone(scope.timezone).date()
    state: InvoiceState | None = scope.port("HisInvoices").invoice_state(serial, receipt_no, day)
    return state


def open_day(scope: Scope, at: datetime) -> date:
    """The hospital's accounting day of an instant: what comes after the closing (日结) belongs to the next one."""
    local = at.astimezone(scope.timezone)
    closes: time | None = scope.settings.get("day_closes")
    is_closed = closes is not None and local.time() >= closes
    return local.date() + timedelta(days=1) if is_closed else local.date()


def _receipt(entry: PostingEntry, on: date | None) -> Receipt:
    """What the hospital says of its own day counts, and else the day for which it was asked, where that is known."""
    return Receipt(
        entry.serial,
        entry.receipt_no,
        entry.amount_fen,
        entry.control_id,
        entry.accounting_day or on,
        entry.operator_code,
    )
