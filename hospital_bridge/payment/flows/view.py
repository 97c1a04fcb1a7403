"""A payment as its vertical may see it."""

from __future__ import annotations

from hospital_bridge.payment.model import MOVING, Payment, Situation, situation_of
from hospital_bridge.slot import PaymentView


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
    )
