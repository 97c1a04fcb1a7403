"""A vertical asks for money: the payment is recorded, and the wallet is asked after the commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from adapters.values import Fen, Trade, TradeStatus
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows import topics
from hospital_bridge.payment.flows.collect import collect
from hospital_bridge.payment.model import Payment
from hospital_bridge.slot import Guarded, PaymentRequest
from hospital_bridge.store.unit_of_work import Work

FIRST_LOOK = timedelta(seconds=5)
"""Nobody pays faster than that (Alipay's polling guide: start after 5 s)."""


class ConflictingRequest(Exception):
    """The same payer was already asked for another sum for the same sale."""


def open_payment(context: MoneyContext, work: Work, request: PaymentRequest) -> str:
    """Record what is owed and return the payment's id; repeated by the same payer it is the same payment.

    Vetoed where a guard of the vertical forbids it.
    """
    if work.payments.live_for(request.sale_kind, request.sale_ref, request.wallet_user_id) is None:
        context.ask(work, request.sale_kind, Guarded.CHARGE, request)
    payment = _payment(context, work, request)
    if not work.payments.add(payment):
        return _standing(work, request)
    if payment.amount_fen == 0:
        collect(context, work, payment, _nothing_owed(payment))
    else:
        topics.add(work, topics.CREATE, payment.payment_id)
        topics.add(work, topics.QUERY, payment.payment_id, run_at=work.now + FIRST_LOOK)
    return payment.payment_id


def _standing(work: Work, request: PaymentRequest) -> str:
    standing = work.payments.live_for(request.sale_kind, request.sale_ref, request.wallet_user_id)
    if standing is None or standing.amount_fen != request.amount_fen:
        raise ConflictingRequest(f"{request.sale_kind} {request.sale_ref} is open for another sum")
    return standing.payment_id


def _payment(context: MoneyContext, work: Work, request: PaymentRequest) -> Payment:
    account, _ = context.payer(work, request.wallet_user_id)
    payment = Payment(
        payment_id=work.ids.new(),
        sale_kind=request.sale_kind,
        sale_ref=request.sale_ref,
        subject_id=request.subject_id,
        wallet_user_id=request.wallet_user_id,
        wallet_account=account,
        merchant_order_no=work.ids.new(),
        amount_fen=request.amount_fen,
        created_at=work.now,
        expires_at=request.expires_at,
    )
    return replace(payment, reason="free of charge") if request.amount_fen == 0 else payment


def _nothing_owed(payment: Payment) -> Trade:
    return Trade(payment.merchant_order_no, TradeStatus.PAID, amount_fen=Fen(0))
