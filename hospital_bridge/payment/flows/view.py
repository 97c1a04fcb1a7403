"""A payment as its vertical may see it."""

from __future__ import annotations

from dataclasses import replace

from hospital_bridge.payment.model import (
    MOVING,
    Payment,
    Refund,
    RefundState,
    RequestState,
    Route,
    Situation,
    owed_back,
    refused,
    situation_of,
)
from hospital_bridge.slot import PaymentView, RefundView
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.store.unit_of_work import Work


def view_of(payment: Payment) -> PaymentView:
    """What a vertical and its pages may know of a payment."""
    situation = situation_of(payment)
    return PaymentView(
        payment_id=payment.payment_id,
        situation=situation.value,
        amount_fen=payment.amount_fen,
        refunded_fen=payment.refunded_fen,
        merchant_order_no=payment.merchant_order_no,
        provider_trade_no=payment.provider_trade_no,
        expires_at=payment.expires_at,
        reason=payment.reason,
        receipt_no=payment.receipt_no,
        pay_url=payment.pay_url if situation is Situation.AWAITING else "",
        moving=situation in MOVING,
        refunding_fen=payment.refund_reserved_fen,
        paid_at=payment.collected_at,
        booked_at=payment.fulfilled_at,
        wallet_user_id=payment.wallet_user_id,
    )


def view_with_refunds(work: Work, payment: Payment) -> PaymentView:
    """The same with when and how money went back, and what of it could not; nothing more is read where none came."""
    view = view_of(payment)
    if not payment.collected_fen:
        return view
    refunds = work.refunds.of(payment.payment_id)
    standing = tuple(_refund(each) for each in refunds if each.state is not RefundState.VOID)
    view = replace(view, owed_fen=owed_back(payment, refunds), owed_for=refused(refunds), refunds=standing)
    if not payment.refunded_fen:
        return view
    back = [each.refunded_at for each in refunds if each.refunded_at is not None]
    requests = RefundRequests(work).of(payment.payment_id)
    by_hand = any(each.route is Route.BY_HAND and each.state is RequestState.APPROVED for each in requests)
    return replace(view, refunded_at=max(back, default=None), by_hand=by_hand)


def _refund(refund: Refund) -> RefundView:
    return RefundView(refund.amount_fen, refund.reason, refund.reserved_at, refund.refunded_at, refund.reversed_at)
