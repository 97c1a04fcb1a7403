"""Asks the wallet how one order stands; what cannot be learned now is asked again later."""

from __future__ import annotations

from datetime import timedelta

from adapters.errors import NotDone, OutsideError, Untrusted
from adapters.values import Trade
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.model import Payment
from hospital_bridge.store.jobs import Again

SLOW = timedelta(seconds=30)
"""The usual pause between two questions that nobody waits for."""


def ask_wallet(context: MoneyContext, payment: Payment) -> Trade:
    """The wallet's trade; raises Again when it does not answer, or not so that it can be believed."""
    try:
        return context.wallet_of(payment).query(payment.merchant_order_no)
    except NotDone as busy:
        raise Again(busy.retry_after or SLOW) from busy
    except OutsideError as lost:
        if isinstance(lost, Untrusted):
            with context.store.begin(context.operator_id) as work:
                work.security_events.record("answer.untrusted", "wallet.query", payment.payment_id)
        raise Again(SLOW) from lost
