"""A wallet's asynchronous notice (异步通知): a hint that is verified, compared and then settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adapters.errors import OutsideError
from adapters.values import Acknowledgement, PaymentNotice
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.settle import Verdict, settle
from hospital_bridge.payment.model import is_known, unnamed
from hospital_bridge.store.unit_of_work import Work

NOT_GENUINE = "HB-W003"


def receive_notice(context: MoneyContext, account: str, body: bytes, headers: Mapping[str, str]) -> Acknowledgement:
    """Take one notice of a merchant account over the received bytes; KeyError for an account that is not ours.

    Repeats, reorderings and late copies change nothing and are acknowledged. What is forged, unreadable
    or does not match changes nothing, is a security event, and is not acknowledged; only what is forged or unreadable
    is answered as not genuine.
    """
    wallet = context.wallets[account]
    try:
        notice = wallet.read_notice(body, headers)
    except OutsideError as fault:
        with context.store.begin(context.operator_id) as work:
            work.security_events.record("notice.refused", account, code=NOT_GENUINE, reason=type(fault).__name__)
        return replace(wallet.acknowledge(accepted=False), genuine=False)
    return wallet.acknowledge(accepted=_take(context, account, notice))


def _take(context: MoneyContext, account: str, notice: PaymentNotice) -> bool:
    with context.store.begin(context.operator_id) as work:
        payment = work.payments.by_order(notice.trade.merchant_order_no, lock=True)
        if payment is None or payment.wallet_account != account:
            work.security_events.record("notice.unknown_order", account, notice.trade.merchant_order_no)
            return False
        accepted = settle(context, work, payment, notice.trade) is Verdict.ACCEPTED
        return accepted and not _is_hidden(work, payment.payment_id, notice.refund_no)


def _is_hidden(work: Work, payment_id: str, refund_no: str) -> bool:
    """Whether a refund that is not ours is told while one of ours holds the sum: it has to be told again afterwards.

    The wallet tells what went back in all, so that either of them may be meant.
    """
    refunds = work.refunds.of(payment_id)
    holds = any(one.is_open for one in refunds)
    return bool(refund_no) and holds and not unnamed(refunds) and not is_known(refunds, refund_no)
