"""Opens an order at the wallet under its one number, whatever becomes of the replies."""

from __future__ import annotations

from adapters.errors import Reason, Refused
from adapters.ports import WalletPayments
from adapters.values import Trade, TradeHandle, TradeOrder, TradeStatus
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.effects import Errand
from hospital_bridge.payment.flows import topics
from hospital_bridge.payment.flows.settle import settle
from hospital_bridge.payment.model import Collection, EffectState, Fulfilment, Payment
from hospital_bridge.store.unit_of_work import Work

NOT_OPENED = "not_opened"
"""Why an order ended that its wallet refused to open, whatever the wallet's own reason: its effect keeps that."""


def create_order(context: MoneyContext, payment_id: str) -> None:
    """Drive the wallet's order to a firm end; raises Again while its outcome is not known."""
    with context.store.read(context.operator_id) as work:
        payment = work.payments.get(payment_id)
        order = _order(context, work, payment)
    wallet = context.wallet_of(payment)
    context.driver.drive(
        Errand(
            kind="wallet.create",
            key=_effect_key(payment),
            act=lambda: wallet.create(order),
            look=lambda: _find(wallet, order),
            confirmed=lambda work, found: _adopt(context, work, payment_id, found),
            refused=lambda work, refusal: _give_up(work, payment_id, refusal),
            sending=lambda work: _is_wanted(work, payment_id),
        )
    )


def is_being_created(work: Work, payment: Payment) -> bool:
    """Whether the wallet was asked for the order and nobody knows its answer yet: the request may still travel."""
    effect = work.effects.find(_effect_key(payment))
    return effect is not None and effect.state in {EffectState.SENT, EffectState.UNKNOWN}


def _effect_key(payment: Payment) -> str:
    return f"create:{payment.merchant_order_no}"


def _order(context: MoneyContext, work: Work, payment: Payment) -> TradeOrder:
    _, payer = context.payer(work, payment.wallet_user_id)
    title = context.counter_of(payment).sale.title
    return TradeOrder(payment.merchant_order_no, payment.amount_fen, title, payer, payment.expires_at)


def _find(wallet: WalletPayments, order: TradeOrder) -> Trade | None:
    """How the order ended; None while it is to be asked for, be it once more.

    One that stands is told without its payment sheet. The same number with the same content gives the same trade, and
    with it the sheet.
    """
    trade = wallet.query(order.merchant_order_no)
    return None if trade.status in {TradeStatus.ABSENT, TradeStatus.AWAITING} else trade


def _adopt(context: MoneyContext, work: Work, payment_id: str, found: Trade | TradeHandle) -> None:
    payment = work.payments.get(payment_id, lock=True)
    if isinstance(found, Trade):
        settle(context, work, payment, found)
    elif payment.collection is Collection.CREATED:
        work.payments.save(payment.opened(found.provider_trade_no, found.pay_url))


def _give_up(work: Work, payment_id: str, refusal: Refused) -> None:
    payment = work.payments.get(payment_id, lock=True)
    if refusal.reason is Reason.ALREADY_PAID or not payment.is_waiting_for_money:
        return  # The query that runs beside us settles what was paid.
    if payment.fulfilment is Fulfilment.PENDING:
        work.payments.save(payment.withdrawn(NOT_OPENED))
    topics.add(work, topics.CLOSE, payment_id)


def _is_wanted(work: Work, payment_id: str) -> bool:
    # Locked: whoever gives the payment up at this moment finds the request either sent or never to be sent.
    payment = work.payments.get(payment_id, lock=True)
    is_live = payment.collection is Collection.CREATED and payment.fulfilment is Fulfilment.PENDING
    return is_live and work.now < payment.expires_at
