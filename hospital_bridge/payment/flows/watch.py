"""Watches an open order: asks the wallet, because no notice may ever come, and closes it at expiry."""

from __future__ import annotations

from datetime import datetime, timedelta

from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.ask_wallet import SLOW, ask_wallet
from hospital_bridge.payment.flows.close import close_order
from hospital_bridge.payment.flows.settle import settle
from hospital_bridge.payment.model import Fulfilment, Payment
from hospital_bridge.store.jobs import Again

ATTENTIVE = timedelta(seconds=60)
QUICK = timedelta(seconds=4)
"""Every 3-5 s while the payer is at it (Alipay's polling guide), then slower."""


def watch(context: MoneyContext, payment_id: str) -> None:
    """Ask once and settle the answer; raises Again until the order is paid or closed."""
    with context.store.read(context.operator_id) as work:
        payment, now = work.payments.get(payment_id), work.now
    if payment.is_waiting_for_money and not _is_waiting(payment):
        return  # An order that was given up is watched by its closing.
    if not payment.is_waiting_for_money or now >= payment.expires_at:
        close_order(context, payment_id)
        return
    if _is_waiting(_ask(context, payment)):
        raise Again(_pause(payment, now))


def _is_waiting(payment: Payment) -> bool:
    return payment.is_waiting_for_money and payment.fulfilment is Fulfilment.PENDING


def _ask(context: MoneyContext, payment: Payment) -> Payment:
    trade = ask_wallet(context, payment)
    with context.store.begin(context.operator_id) as work:
        fresh = work.payments.get(payment.payment_id, lock=True)
        settle(context, work, fresh, trade)
        return work.payments.get(payment.payment_id)


def _pause(payment: Payment, now: datetime) -> timedelta:
    usual = QUICK if now - payment.created_at < ATTENTIVE else SLOW
    return min(usual, max(payment.expires_at - now, timedelta(seconds=1)))
