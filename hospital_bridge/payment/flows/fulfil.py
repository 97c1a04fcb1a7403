"""Fulfil (上账): the sale's own system books the money, once; its firm no starts the refund."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from adapters.errors import Reason, Refused
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.effects import Errand
from hospital_bridge.payment.flows.refund import give_back, make_reversals_due
from hospital_bridge.payment.ledger import post_fulfilment
from hospital_bridge.payment.model import EffectState, Fulfilment, Payment
from hospital_bridge.slot import FulfilMode, PaidSale, Progress, Receipt, Sale
from hospital_bridge.store.unit_of_work import Work

Query = Callable[..., Receipt | None]

REFUNDED_AT_WALLET = "refunded at the wallet"
OVERDUE = "fulfilment deadline"


def fulfil(context: MoneyContext, payment_id: str) -> None:
    """Drive the booking to a firm end; raises Again while its outcome is not known."""
    with context.store.read(context.operator_id) as work:
        payment = work.payments.get(payment_id)
    counter, paid = context.counter_of(payment), paid_sale(payment)
    context.driver.drive(
        Errand(
            kind="sale.fulfil",
            key=effect_key(payment_id),
            act=lambda: counter.sale.fulfil(counter.scope, paid),
            look=question(context, payment, paid, counter.sale.query),
            confirmed=lambda work, receipt: accept(context, work, payment_id, receipt),
            refused=lambda work, refusal: refuse(context, work, payment_id, refusal),
            sending=lambda work: _is_wanted(context, work, payment_id),
            undecided=lambda work: _hand_to_person(work, payment_id),
            settling=settling(context, counter.sale),
            doubts_a_no=True,
        )
    )


def effect_key(payment_id: str) -> str:
    """The idempotency key under which a payment is fulfilled."""
    return f"fulfil:{payment_id}"


def paid_sale(payment: Payment) -> PaidSale:
    """What the fulfilling system is told; the payment's own id is the serial."""
    return PaidSale(
        serial=payment.payment_id,
        sale_ref=payment.sale_ref,
        subject_id=payment.subject_id,
        amount_fen=payment.amount_fen,
        merchant_order_no=payment.merchant_order_no,
        provider_trade_no=payment.provider_trade_no,
        occurred_at=payment.collected_at or payment.created_at,
        receipt_no=payment.receipt_no,
    )


def question(
    context: MoneyContext, payment: Payment, paid: PaidSale, query: Query | None
) -> Callable[[], Receipt | None] | None:
    """How an unknown outcome is resolved by that sale; None where only a person can."""
    counter = context.counter_of(payment)
    if counter.sale.mode is FulfilMode.MANUAL:
        return None
    if query is not None:
        return lambda: query(counter.scope, paid)
    # Without a query only an idempotent system may simply be told again.
    return (lambda: None) if counter.sale.mode is FulfilMode.IDEMPOTENT else None


def settling(context: MoneyContext, sale: Sale) -> timedelta:
    """How long a firm "never happened" of that sale is not yet firm; a repeat at an idempotent one does no harm."""
    return context.settling if sale.mode is FulfilMode.QUERYABLE else timedelta(0)


def accept(context: MoneyContext, work: Work, payment_id: str, receipt: Receipt) -> None:
    """The fulfilling system booked it; another sum than was paid counts as a refusal and raises an alarm."""
    payment = work.payments.get(payment_id, lock=True)
    if receipt.amount_fen != payment.amount_fen:
        work.security_events.record("fulfilment.wrong_amount", payment.sale_kind, payment_id)
        wrong = payment.refused(Reason.AMOUNT_MISMATCH.value, posted_fen=receipt.amount_fen)
        _return_money(context, work, wrong)
        return
    payment = work.payments.save(
        payment.fulfilled(receipt.receipt_no, receipt.control_id, work.now).booked(
            receipt.accounting_day, receipt.booked_by
        )
    )
    post_fulfilment(work, payment, context.business_date(payment.collected_at or work.now))
    context.tell(work, payment, Progress.FULFILLED)
    _catch_up_with_refunds(context, work, payment)


def refuse(context: MoneyContext, work: Work, payment_id: str, refusal: Refused) -> None:
    """A firm no: the money goes back in the same commit, with the reason kept."""
    payment = work.payments.get(payment_id, lock=True)
    _return_money(context, work, payment.refused(refusal.reason.value))


def _catch_up_with_refunds(context: MoneyContext, work: Work, payment: Payment) -> None:
    """Refunds that overtook the booking take it back; a wish that waited for it is granted."""
    make_reversals_due(work, payment)
    if payment.refunded_fen and payment.refundable_fen == 0:
        context.tell(work, payment, Progress.REFUNDED, REFUNDED_AT_WALLET)
    elif payment.refund_wanted:
        give_back(context, work, payment, payment.refund_wanted)


def _return_money(context: MoneyContext, work: Work, refused: Payment) -> None:
    refused = work.payments.save(refused)
    context.tell(work, refused, Progress.REFUSED, refused.reason)
    make_reversals_due(work, refused)
    # Of a free sale nothing goes back, and what was booked for it all the same is taken back.
    if refused.refundable_fen or (refused.posted_fen and not refused.amount_fen):
        give_back(context, work, refused, refused.reason)


def is_certainly_untold(context: MoneyContext, work: Work, payment: Payment) -> bool:
    """Whether the fulfilling system has nothing of the payment and nothing is on its way there."""
    effect = work.effects.find(effect_key(payment.payment_id))
    if effect is None or effect.attempts == 0:
        return True
    return effect.state is EffectState.INTENDED and _has_firm_no(context.counter_of(payment).sale)


def _has_firm_no(sale: Sale) -> bool:
    """An idempotent system without a query is told again and again just because nobody knows."""
    return sale.query is not None or sale.mode is not FulfilMode.IDEMPOTENT


def _is_wanted(context: MoneyContext, work: Work, payment_id: str) -> bool:
    """Asked with the effect locked, just before the fulfilling system is told; a no is settled here and now.

    The payment is locked as well, for `follow_refunds` gives it up only while nothing is on its way.
    """
    payment = work.payments.get(payment_id, lock=True)
    if not payment.is_collected or payment.fulfilment not in {Fulfilment.PENDING, Fulfilment.MANUAL}:
        return False
    reason = _why_give_up(context, work, payment)
    if reason and is_certainly_untold(context, work, payment):
        _return_money(context, work, payment.refused(reason))
        return False
    return True


def _why_give_up(context: MoneyContext, work: Work, payment: Payment) -> str:
    """Empty while the booking is worth another try; a person who wants it told again is never too late."""
    if payment.refunded_fen:
        return REFUNDED_AT_WALLET
    started = payment.collected_at or payment.created_at
    if payment.fulfilment is Fulfilment.MANUAL or not _is_overdue(context, started, work.now):
        return ""
    effect = work.effects.find(effect_key(payment.payment_id))
    if effect is None or effect.attempts == 0 or not _is_overdue(context, effect.intended_at, work.now):
        return ""
    return OVERDUE


def _is_overdue(context: MoneyContext, since: datetime, now: datetime) -> bool:
    return now - since - context.time_off(since, now) >= context.fulfil_deadline


def _hand_to_person(work: Work, payment_id: str) -> None:
    payment = work.payments.get(payment_id, lock=True)
    work.payments.save(payment.undecided("the fulfilling system cannot be asked"))
