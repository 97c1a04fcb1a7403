"""Closes an unpaid order: at the wallet first, then here; a wallet that says "paid" settles instead."""

from __future__ import annotations

from datetime import timedelta

from adapters.errors import NotDone, OutcomeUnknown, Reason, Refused
from adapters.ports import WalletPayments
from adapters.values import Trade, TradeStatus
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.effects import Errand
from hospital_bridge.payment.flows.create import is_being_created
from hospital_bridge.payment.flows.settle import EXPIRED, Verdict, close_here, has_money, settle
from hospital_bridge.payment.model import Payment
from hospital_bridge.slot import Progress
from hospital_bridge.store.jobs import Again
from hospital_bridge.store.unit_of_work import Work

SOON = timedelta(seconds=1)
_SAYS_HOW_IT_STANDS = {Reason.ALREADY_PAID, Reason.CLOSED, Reason.EXPIRED, Reason.NOT_FOUND}


def close_order(context: MoneyContext, payment_id: str, reason: str = EXPIRED) -> None:
    """Drive the closing to a firm end; raises Again while it is not known whether money came.

    It waits for an order that is just being created: a wallet that has not heard of it yet could still open it.
    """
    with context.store.read(context.operator_id) as work:
        payment = work.payments.get(payment_id)
        has_begun = work.effects.find(_effect_key(payment)) is not None
        must_wait = payment.is_waiting_for_money and is_being_created(work, payment)
    if must_wait:
        raise Again(SOON)
    # A closing that was overtaken by other news still comes to its own end, or it would stay unknown for ever.
    if payment.is_waiting_for_money or has_begun:
        context.driver.drive(_closing(context, payment, reason))


def _effect_key(payment: Payment) -> str:
    return f"close:{payment.merchant_order_no}"


def _closing(context: MoneyContext, payment: Payment, reason: str) -> Errand:
    wallet, order_no = context.wallet_of(payment), payment.merchant_order_no
    return Errand(
        kind="wallet.close",
        key=_effect_key(payment),
        act=lambda: _close(wallet, order_no),
        look=lambda: _find_closed(wallet, order_no),
        confirmed=lambda work, trade: _end(context, work, payment.payment_id, trade, reason),
        refused=lambda _, __: None,
        sending=lambda work: work.payments.get(payment.payment_id).is_waiting_for_money,
    )


def _close(wallet: WalletPayments, order_no: str) -> Trade:
    """How the order stands after closing; never Refused, for an order that stays open must be closed later."""
    try:
        wallet.close(order_no)
    except Refused as refusal:
        if refusal.reason not in _SAYS_HOW_IT_STANDS:
            raise NotDone(refusal.text, native_code=refusal.native_code) from refusal
        return _stands_closed(wallet, order_no)
    return Trade(order_no, TradeStatus.CLOSED)


def _stands_closed(wallet: WalletPayments, order_no: str) -> Trade:
    try:
        trade = _find_closed(wallet, order_no)
    except Refused as refusal:
        # A question that is refused says nothing of the order, which must not stay open for it.
        raise OutcomeUnknown(refusal.text, native_code=refusal.native_code) from refusal
    if trade is None:
        raise OutcomeUnknown("the wallet will not close the order and calls it unpaid")
    return trade


def _find_closed(wallet: WalletPayments, order_no: str) -> Trade | None:
    trade = wallet.query(order_no)
    return None if trade.status is TradeStatus.AWAITING else trade


def _end(context: MoneyContext, work: Work, payment_id: str, trade: Trade, reason: str) -> None:
    payment = work.payments.get(payment_id, lock=True)
    if has_money(trade):
        verdict = settle(context, work, payment, trade)
        if verdict is Verdict.MISMATCH and payment.is_waiting_for_money:
            _hand_to_person(context, work, payment, trade)
    elif payment.is_waiting_for_money:
        if trade.status is TradeStatus.ABSENT and payment.provider_trade_no:
            # It gave the order this number: another merchant's keys may be asking, and nobody would miss the money.
            work.security_events.record("payment.forgotten", payment.wallet_account, payment_id)
        close_here(context, work, payment, reason)


def _hand_to_person(context: MoneyContext, work: Work, payment: Payment, trade: Trade) -> None:
    """Nobody else would ever look at it again: the order is over, and its money is not what was asked."""
    given_up = work.payments.save(payment.misfit(trade.amount_fen, work.now))
    context.tell(work, given_up, Progress.EXPIRED, given_up.reason)
