"""What a wallet says of money that only our ledger knows (短款), once its bill has had time to catch up."""

from __future__ import annotations

from adapters.errors import OutsideError
from adapters.ports import WalletPayments
from adapters.values import EntryKind, RefundStatus, TradeStatus
from hospital_bridge.payment.reconcile.sorted_rows import Row
from hospital_bridge.store.differences import Clue

MOST_ASKED = 500
"""Questions of one run: a bill that lacks more than that is to be cleared up as a whole."""

_TOOK_MONEY = frozenset({TradeStatus.PAID, TradeStatus.FINISHED})


class Asking:
    """Asks one wallet about single movements, and after `MOST_ASKED` of them or a call that failed no more."""

    def __init__(self, wallet: WalletPayments) -> None:
        self._wallet = wallet
        self._left = MOST_ASKED

    def about(self, row: Row) -> Clue:
        """Whether the wallet confirms the movement of a row (kind, reference, order, sum, …) or denies it."""
        if not self._left:
            return Clue.UNHEARD
        self._left -= 1
        try:
            return Clue.CONFIRMED if self._has(row) else Clue.DENIED
        except OutsideError:
            self._left = 0
            return Clue.UNHEARD

    def _has(self, row: Row) -> bool:
        kind, reference, order_no, amount = row[:4]
        if kind == EntryKind.PAYMENT.value:
            trade = self._wallet.query(str(order_no))
            return (trade.status in _TOOK_MONEY or trade.refunded_fen > 0) and trade.amount_fen == amount
        refund = self._wallet.query_refund(str(order_no), str(reference))
        return refund.status is RefundStatus.DONE and refund.amount_fen == amount
