"""Money that only the bill knows (长款): the wallet is asked, and its answer settled, before books are compared."""

from __future__ import annotations

from datetime import date

from adapters.values import EntryKind
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.settle import settle
from hospital_bridge.payment.reconcile.books import Bill, Entry, read_ledger


def catch_up(context: MoneyContext, wallet_account: str, day: date, bill: Bill) -> None:
    """Settle the bill's payments that are ours and that no notice or query has told of; raises the port's outcomes."""
    for order_no in _unheard(context, wallet_account, day, bill):
        trade = context.wallets[wallet_account].query(order_no)
        with context.store.begin(context.operator_id) as work:
            payment = work.payments.by_order(order_no, lock=True)
            if payment is not None:
                settle(context, work, payment, trade)


def _unheard(context: MoneyContext, wallet_account: str, day: date, bill: Bill) -> list[str]:
    with context.store.read(context.operator_id) as work:
        ledger = read_ledger(work, wallet_account, day)
        missing: list[Entry] = [entry for entry in bill.sums if entry not in ledger]
        orders = [bill.orders[entry] for entry in missing if entry[0] is EntryKind.PAYMENT]
        payments = [work.payments.by_order(order_no) for order_no in orders]
    return [payment.merchant_order_no for payment in payments if payment is not None and not payment.is_collected]
