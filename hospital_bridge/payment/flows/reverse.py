"""Takes a booking back at the fulfilling system after its money went back at the wallet."""

from __future__ import annotations

from datetime import datetime

from adapters.errors import Reason, Refused
from hospital_bridge.payment.context import Counter, MoneyContext
from hospital_bridge.payment.effects import Errand
from hospital_bridge.payment.flows.fulfil import question, settling
from hospital_bridge.payment.model import Fulfilment, FulfilmentEvent, Payment, Refund
from hospital_bridge.slot import PaidSale, Receipt
from hospital_bridge.store.keys import Erased
from hospital_bridge.store.unit_of_work import Work


def reverse(context: MoneyContext, refund_no: str) -> None:
    """Drive the reversal to a firm end; raises Again while its outcome is not known."""
    with context.store.read(context.operator_id) as work:
        refund = work.refunds.get(refund_no)
        payment = work.payments.get(refund.payment_id)
    counter, given_back = context.counter_of(payment), reversed_sale(payment, refund)
    context.driver.drive(
        Errand(
            kind="sale.reverse",
            key=reversal_key(refund_no),
            act=lambda: _take_back(counter, given_back),
            look=question(context, payment, given_back, counter.sale.query_reversal),
            confirmed=lambda work, receipt: _accept(work, refund_no, receipt),
            refused=lambda work, refusal: _refuse(work, refund_no, refusal),
            sending=lambda work: _is_wanted(work, refund_no),
            undecided=lambda work: _hand_to_person(work, refund_no),
            settling=settling(context, counter.sale),
            doubts_a_no=True,
        )
    )


def _take_back(counter: Counter, given_back: PaidSale) -> Receipt:
    try:
        return counter.sale.reverse(counter.scope, given_back)
    except Erased:
        # Nobody can name the person to the system any more: one of its own people has to put it right.
        raise Refused("the person of this sale was forgotten", reason=Reason.NOT_ALLOWED) from None


def reversal_key(refund_no: str) -> str:
    """The idempotency key under which a booking is taken back."""
    return f"reverse:{refund_no}"


def reversed_sale(payment: Payment, refund: Refund) -> PaidSale:
    """What the fulfilling system is told; the refund number is the serial."""
    return PaidSale(
        serial=refund.refund_no,
        sale_ref=payment.sale_ref,
        subject_id=payment.subject_id,
        amount_fen=refund.reversal_fen,
        merchant_order_no=payment.merchant_order_no,
        provider_trade_no=payment.provider_trade_no,
        occurred_at=_moment(refund),
        refers_to=payment.payment_id,
        receipt_no=payment.receipt_no,
    )


def _moment(refund: Refund) -> datetime:
    return refund.refunded_at or refund.reserved_at


def _accept(work: Work, refund_no: str, receipt: Receipt) -> None:
    refund = work.refunds.get(refund_no, lock=True)
    if receipt.amount_fen != refund.reversal_fen:
        work.security_events.record("reversal.wrong_amount", refund.payment_id, refund_no)
    work.refunds.save(
        refund.reverse(FulfilmentEvent.ACCEPTED, work.now).booked(receipt.accounting_day, receipt.booked_by)
    )


def _refuse(work: Work, refund_no: str, refusal: Refused) -> None:
    refund = work.refunds.get(refund_no, lock=True)
    work.refunds.save(refund.reverse(FulfilmentEvent.REFUSED, work.now, refusal.reason.value))
    work.security_events.record("reversal.refused", refund.payment_id, refund_no, reason=refusal.reason.value)


def _is_wanted(work: Work, refund_no: str) -> bool:
    return work.refunds.get(refund_no).reversal in {Fulfilment.PENDING, Fulfilment.MANUAL}


def _hand_to_person(work: Work, refund_no: str) -> None:
    refund = work.refunds.get(refund_no, lock=True)
    work.refunds.save(refund.reverse(FulfilmentEvent.UNDECIDED, work.now))
