"""The wallet holds the money: recorded once, then fulfilled, or given back when it came too late."""

from __future__ import annotations

from datetime import datetime

from adapters.values import Fen, RefundAnswer, Trade
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows import topics
from hospital_bridge.payment.flows.fulfil import REFUNDED_AT_WALLET, is_certainly_untold
from hospital_bridge.payment.flows.refund import give_back, give_back_the_rest, note_refund_by_wallet
from hospital_bridge.payment.ledger import post_collection
from hospital_bridge.payment.model import Fulfilment, Payment
from hospital_bridge.slot import Progress
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.store.unit_of_work import Work


def collect(context: MoneyContext, work: Work, payment: Payment, trade: Trade) -> Payment:
    """Book the money of a locked payment that had none; what follows is enqueued in the same commit."""
    if _is_all_given_back(trade) and payment.fulfilment is Fulfilment.PENDING:
        payment = payment.withdrawn(REFUNDED_AT_WALLET)
    paid_at, was_open = trade.paid_at or work.now, payment.is_waiting_for_money
    payment = work.payments.save(payment.collected(trade, paid_at))
    post_collection(work, payment, context.business_date(paid_at))
    if payment.late and was_open:
        # The closing, which would have said so, finds nothing left to close.
        context.tell(work, payment, Progress.EXPIRED, payment.reason)
    payment = follow_refunds(context, work, payment, trade)
    if payment.late:
        return _return_late_money(context, work, payment)
    context.tell(work, payment, Progress.COLLECTED, payment.reason)
    topics.add(work, topics.FULFIL, payment.payment_id)
    return payment


def follow_refunds(context: MoneyContext, work: Work, payment: Payment, trade: Trade) -> Payment:
    """Adopt what the wallet has given back beyond our own refunds, such as by hand in its console."""
    by_hand_fen = _paid_by_hand(work, payment) if trade.refunded_fen else 0
    unknown_fen = trade.refunded_fen - (payment.refunded_fen - by_hand_fen) - payment.refund_reserved_fen
    if unknown_fen <= 0:
        return payment
    beyond_fen = trade.refunded_fen + by_hand_fen - payment.collected_fen
    if beyond_fen > 0:
        # The ledger holds no more than was collected: a person hears of it now, and finance by the wallet's bill.
        work.security_events.record(
            "refund.beyond_collected", payment.wallet_account, payment.payment_id, fen=str(beyond_fen)
        )
    if _is_all_given_back(trade):
        payment = _give_up_if_untold(context, work, payment)
    if not payment.refundable_fen:
        return payment
    payment = note_refund_by_wallet(context, work, payment, Fen(min(unknown_fen, payment.refundable_fen)))
    return give_back_the_rest(context, work, payment)


def _paid_by_hand(work: Work, payment: Payment) -> int:
    """What the hospital has paid out by itself, of which the wallet knows nothing."""
    refunds = work.refunds.of(payment.payment_id)
    by_hand = RefundRequests(work).by_hand([each.refund_no for each in refunds])
    return sum(each.amount_fen for each in refunds if each.refund_no in by_hand)


def adopt_refund(context: MoneyContext, work: Work, payment: Payment, told: RefundAnswer, at: datetime) -> Payment:
    """Book one refund of a locked payment that somebody made at the wallet, under the number that the wallet has.

    Whoever has adopted all that is known of then calls `give_back_the_rest`.
    """
    if told.amount_fen == payment.collected_fen - payment.refunded_fen:
        payment = _give_up_if_untold(context, work, payment)
    return note_refund_by_wallet(context, work, payment, told.amount_fen, number=told.refund_no, at=at)


def _give_up_if_untold(context: MoneyContext, work: Work, payment: Payment) -> Payment:
    """Whoever has no money with us any more gets nothing for it; what is on its way is answered first."""
    is_open = payment.fulfilment in {Fulfilment.PENDING, Fulfilment.MANUAL}
    if not is_open or not is_certainly_untold(context, work, payment):
        return payment
    payment = work.payments.save(payment.refused(REFUNDED_AT_WALLET))
    context.tell(work, payment, Progress.REFUSED, payment.reason)
    return payment


def _return_late_money(context: MoneyContext, work: Work, payment: Payment) -> Payment:
    if payment.refundable_fen == 0:
        return payment
    work.security_events.record("payment.late", payment.wallet_account, payment.payment_id)
    return give_back(context, work, payment, payment.reason)


def _is_all_given_back(trade: Trade) -> bool:
    return 0 < trade.amount_fen <= trade.refunded_fen
