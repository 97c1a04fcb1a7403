"""What a wallet says of money that only our ledger knows (短款), once its bill has had time to catch up."""

from __future__ import annotations

from adapters.errors import OutsideError
from adapters.ports import WalletPayments
from adapters.values import EntryKind, RefundStatus, TradeStatus
from hospital_bridge.payment.reconcile.sorted_rows import Row
from hospital_bridge.store.differences import Clue

_TOOK_MONEY = frozenset({TradeStatus.PAID, TradeStatus.FINISHED})


def answer_of(wallet: WalletPayments, row: Row) -> Clue:
    """Whether the wallet confirms the movement of a row (kind, reference, order, sum, …) or denies it."""
    kind, reference, order_no, amount = row[:4]
    try:
        if kind == EntryKind.PAYMENT.value:
            trade = wallet.query(str(order_no))
            has_it = (trade.status in _TOOK_MONEY or trade.refunded_fen > 0) and trade.amount_fen == amount
        else:
            refund = wallet.query_refund(str(order_no), str(reference))
            has_it = refund.status is RefundStatus.DONE and refund.amount_fen == amount
    except OutsideError:
        return Clue.UNHEARD
    return Clue.CONFIRMED if has_it else Clue.DENIED
