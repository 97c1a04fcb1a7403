"""Refunds made in the wallet's console whose sums its bills tell apart and its notices tell together, on any days."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.values import EntryKind
from hospital_bridge.payment.model import is_known, unnamed
from hospital_bridge.payment.reconcile.sorted_rows import Row
from hospital_bridge.store.console_refunds import ConsoleRefunds
from hospital_bridge.store.unit_of_work import Work

Entry = tuple[str, str]


def told_apart(work: Work, rows: Iterable[Row]) -> set[Entry]:
    """Kind and reference of the refunds among those orders' that are one sum in the bills and in our ledger.

    A notice tells all that went back of an order until then: what was adopted from it may be several refunds of the
    bill, or a part of one, and of the day before.
    """
    order_nos = {str(row[2]) for row in rows if row[0] == EntryKind.REFUND.value}
    found: set[Entry] = set()
    for payment in work.payments.by_orders(sorted(order_nos)).values() if order_nos else ():
        refunds = work.refunds.of(payment.payment_id)
        adopted = unnamed(refunds)
        told = ConsoleRefunds(work).of(payment.payment_id) if adopted else {}
        told = {number: fen for number, fen in told.items() if not is_known(refunds, number)}
        if told and sum(told.values()) == sum(one.amount_fen for one in adopted):
            found |= {(EntryKind.REFUND.value, number) for number in (*told, *(one.refund_no for one in adopted))}
    return found
