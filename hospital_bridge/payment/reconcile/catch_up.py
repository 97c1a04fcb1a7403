"""Money of ours that only the bill knows (长款): the wallet is asked and its answer settled before anything is said."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.values import EntryKind
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.settle import settle
from hospital_bridge.payment.model import Payment
from hospital_bridge.payment.reconcile.compare import ABSENT
from hospital_bridge.payment.reconcile.console_refunds import meet
from hospital_bridge.payment.reconcile.side_by_side import in_batches
from hospital_bridge.payment.reconcile.sorted_rows import Row, SortedRows


def catch_up(context: MoneyContext, wallet_account: str, rows: SortedRows) -> int:
    """Settle what is ours, and what no notice or query has told of; how much it was.

    Raises the port's outcomes of payments; a refund that the wallet does not answer for is asked for by the next run.
    """
    return _payments(context, wallet_account, rows) + meet(context, wallet_account, _told(rows, EntryKind.REFUND))


def _payments(context: MoneyContext, wallet_account: str, rows: SortedRows) -> int:
    settled = 0
    for unheard in _unheard(context, rows):
        trade = context.wallets[wallet_account].query(unheard.merchant_order_no)
        with context.store.begin(context.operator_id) as work:
            settle(context, work, work.payments.get(unheard.payment_id, lock=True), trade)
        settled += 1
    return settled


def _unheard(context: MoneyContext, rows: SortedRows) -> Iterator[Payment]:
    for order_nos in in_batches(str(row[2]) for row in _told(rows, EntryKind.PAYMENT)):
        with context.store.read(context.operator_id) as work:
            ours = work.payments.by_orders(order_nos)
        yield from (payment for payment in ours.values() if not payment.is_collected)


def _told(rows: SortedRows, kind: EntryKind) -> Iterator[Row]:
    """What only the bill tells of that kind."""
    return (row for row in rows if row[3] == ABSENT and row[0] == kind.value)
