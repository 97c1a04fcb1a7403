"""Settle (入账): what a wallet says of one order becomes what we know, and nothing happens twice."""

from __future__ import annotations

from enum import StrEnum

from adapters.values import Trade, TradeStatus
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.collect import collect, follow_refunds
from hospital_bridge.payment.model import Fulfilment, Payment
from hospital_bridge.slot import Progress
from hospital_bridge.store.unit_of_work import Work

EXPIRED = "expired"
CLOSED_BY_WALLET = "closed_by_wallet"
"""Why an order ended unpaid; a vertical says it in the reader's language."""


class Verdict(StrEnum):
    """ACCEPTED: the news is known now, or was before. MISMATCH: it is not about this payment as we know it."""

    ACCEPTED = "accepted"
    MISMATCH = "mismatch"


def settle(context: MoneyContext, work: Work, payment: Payment, trade: Trade) -> Verdict:
    """Apply verified news to a locked payment; a mismatch changes nothing and is a security event."""
    fault = _mismatch(payment, trade)
    if fault:
        work.security_events.record("payment.mismatch", payment.wallet_account, payment.payment_id, reason=fault)
        return Verdict.MISMATCH
    if has_money(trade):
        _book(context, work, payment, trade)
    elif trade.status is TradeStatus.CLOSED and payment.is_waiting_for_money:
        # The wallet ends an order at the same instant as we do: which of the two is heard first is chance.
        close_here(context, work, payment, EXPIRED if work.now >= payment.expires_at else CLOSED_BY_WALLET)
    return Verdict.ACCEPTED


def has_money(trade: Trade) -> bool:
    """Whether the wallet took money; FINISHED is paid, and CLOSED with a refund was paid before."""
    if trade.status is TradeStatus.CLOSED:
        return trade.refunded_fen > 0
    return trade.status in {TradeStatus.PAID, TradeStatus.FINISHED}


def close_here(context: MoneyContext, work: Work, payment: Payment, reason: str) -> Payment:
    """Close a locked payment that its wallet takes no money for any more."""
    closed = payment.closed(work.now)
    if closed.fulfilment is Fulfilment.PENDING:
        closed = closed.withdrawn(reason)
    closed = work.payments.save(closed)
    context.tell(work, closed, Progress.EXPIRED, closed.reason)
    return closed


def _book(context: MoneyContext, work: Work, payment: Payment, trade: Trade) -> None:
    if payment.is_collected:
        follow_refunds(context, work, payment, trade)
    else:
        collect(context, work, payment, trade)


def _mismatch(payment: Payment, trade: Trade) -> str:
    """What does not fit, in words without numbers of persons; empty when all does."""
    if trade.merchant_order_no != payment.merchant_order_no:
        return "another order"
    known, told = payment.provider_trade_no, trade.provider_trade_no
    if known and told and known != told:
        return "another trade of the wallet"
    if trade.amount_fen != payment.amount_fen and (has_money(trade) or trade.amount_fen):
        return f"{trade.amount_fen} fen instead of {payment.amount_fen}"
    return ""
