"""Money of ours that only the bill knows (长款): the wallet is asked and its answer settled before anything is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapters.values import EntryKind
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.settle import settle
from hospital_bridge.payment.model import Payment
from hospital_bridge.payment.reconcile.compare import ABSENT
from hospital_bridge.payment.reconcile.side_by_side import in_batches
from hospital_bridge.payment.reconcile.sorted_rows import Row


def catch_up(context: MoneyContext, wallet_account: str, rows: Iterable[Row]) -> int:
    """Settle what is ours, and what no notice or query has told of; how much it was. Raises the port's outcomes."""
    settled = 0
    for unheard in _unheard(context, rows):
        trade = context.wallets[wallet_account].query(unheard.merchant_order_no)
        with context.store.begin(context.operator_id) as work:
            settle(context, work, work.payments.get(unheard.payment_id, lock=True), trade)
        settled += 1
    return settled


def _unheard(context: MoneyContext, rows: Iterable[Row]) -> Iterator[Payment]:
    payments = (str(row[2]) for row in rows if row[3] == ABSENT and row[0] == EntryKind.PAYMENT.value)
    for order_nos in in_batches(payments):
        with context.store.read(context.operator_id) as work:
            ours = work.payments.by_orders(order_nos)
        yield from (payment for payment in ours.values() if not payment.is_collected)
