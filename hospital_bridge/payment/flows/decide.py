"""A person's verdict where no system can tell, or none will; `by` is the staff id that the trail keeps."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adapters.invoices import InvoiceState
from adapters.values import Fen
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.fulfil import accept, effect_key
from hospital_bridge.payment.flows.refund import give_back
from hospital_bridge.payment.flows.reverse import reversal_key
from hospital_bridge.payment.flows.staff_refund import (
    CannotRefund,
    Obstacle,
    Wish,
    ask_second,
    keep_carried_out,
    waits_for_wallet,
)
from hospital_bridge.payment.flows.undecided import BY_PERSON, NothingToDecide, awaiting_person, refuse_undecided
from hospital_bridge.payment.model import (
    DECISION,
    NOTHING,
    Collection,
    Effect,
    EffectEvent,
    Fulfilment,
    FulfilmentEvent,
    Payment,
    RefundReason,
    RequestState,
    owed_back,
    why_owed,
)
from hospital_bridge.payment.model.payment import MISFIT
from hospital_bridge.slot import Receipt
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Looked:
    """Who decides that money goes back: `proved` that it is they; `seen_fen` is the sum they saw, None for no page.

    `invoice` is how the e-invoice stands, None where there is none; `invoice_told` as a system says and no person.
    """

    by: str
    proved: bool = False
    seen_fen: int | None = None
    invoice: InvoiceState | None = None
    invoice_told: bool = False


def decide_fulfilled(context: MoneyContext, work: Work, payment_id: str, receipt_no: str, *, by: str) -> None:
    """A person has seen the booking in the fulfilling system, under that receipt number."""
    effect = _undecided(work, payment_id)
    work.audit.record(by, "payment.decided_fulfilled", payment_id)
    work.effects.save(effect.end(EffectEvent.CONFIRMED, work.now, reason=BY_PERSON))
    payment = work.payments.get(payment_id, lock=True)
    accept(context, work, payment_id, Receipt(payment_id, receipt_no, payment.amount_fen))


def decide_refused(context: MoneyContext, work: Work, payment_id: str, looked: Looked) -> None:
    """A person has seen that nothing was booked and nothing shall be: the money goes back.

    A large sum goes back once a second person has approved it. CannotRefund, and nothing was written.
    """
    _undecided(work, payment_id)
    payment = work.payments.get(payment_id, lock=True)
    work.audit.record(looked.by, "payment.decided_refused", payment_id)
    wish = _wish(work, payment, payment.refundable_fen, RefundReason.NOT_DONE, looked)
    if not ask_second(context, work, payment, wish):
        refuse_undecided(context, work, payment_id)


def decide_again(work: Work, payment_id: str, *, by: str) -> None:
    """A person has seen that nothing was booked: the waiting job tells the system once more."""
    effect = _undecided(work, payment_id)
    work.audit.record(by, "payment.decided_again", payment_id)
    work.effects.save(effect.never_happened(work.now))


def decide_reversed(work: Work, refund_no: str, *, by: str) -> None:
    """A person has seen to it that the fulfilling system took its booking back."""
    standing = work.refunds.get(refund_no)
    work.audit.record(by, "refund.decided_reversed", refund_no)
    if standing.reversal is Fulfilment.REFUSED:
        work.refunds.save(standing.reverse(FulfilmentEvent.PUT_RIGHT, work.now))
        return
    effect = awaiting_person(work, reversal_key(refund_no))
    work.effects.save(effect.end(EffectEvent.CONFIRMED, work.now, reason=BY_PERSON))
    refund = work.refunds.get(refund_no, lock=True)
    work.refunds.save(refund.reverse(FulfilmentEvent.ACCEPTED, work.now))


def decide_refund_again(context: MoneyContext, work: Work, payment_id: str, looked: Looked) -> None:
    """A person has cleared with the wallet why it refused: the money is sent once more, under a new number.

    A large sum is sent once a second person has approved it. CannotRefund, and nothing was written.
    """
    payment = work.payments.get(payment_id, lock=True)
    refunds = work.refunds.of(payment_id)
    owed = owed_back(payment, refunds)
    if not owed:
        raise NothingToDecide(payment_id)
    if payment.wallet_account not in context.wallets:
        raise CannotRefund(Obstacle.NO_WALLET)
    if waits_for_wallet(context, work, payment):
        raise CannotRefund(Obstacle.ASKING_WHY)
    work.audit.record(looked.by, "payment.decided_refund_again", payment_id)
    wish = _wish(work, payment, owed, _told_of(payment, why_owed(refunds)), looked)
    if not ask_second(context, work, payment, wish):
        give_back(context, work, payment, payment.reason or BY_PERSON, owed)
        keep_carried_out(work, wish)


def decide_returned(work: Work, payment_id: str, *, by: str) -> None:
    """A person has seen to it that the payer has back what the wallet took and what did not fit the order."""
    payment = work.payments.get(payment_id, lock=True)
    if payment.collection is not Collection.CLOSED or not payment.payer_paid_fen:
        raise NothingToDecide(payment_id)
    work.audit.record(by, "payment.decided_returned", payment_id)
    # It may have been called off before it was paid: what its page says from now on is that money came and went back.
    work.payments.save(replace(payment, payer_paid_fen=NOTHING, reason=MISFIT))


def _told_of(payment: Payment, standing: str) -> RefundReason:
    """What a second person reads of the reason for which it was to go back."""
    if payment.fulfilment is Fulfilment.REFUSED:
        return RefundReason.NOT_DONE
    return RefundReason(standing) if standing in set(RefundReason) else RefundReason.REFUSED_BEFORE


def _wish(work: Work, payment: Payment, fen: Fen, reason: RefundReason, looked: Looked) -> Wish:
    """What a decision gives back; CannotRefund where it is not the sum that was seen."""
    if looked.seen_fen not in {None, fen}:
        raise CannotRefund(Obstacle.CHANGED)
    return Wish(
        payment_id=payment.payment_id,
        amount_fen=fen,
        reason=reason,
        by=looked.by,
        command_key=f"{DECISION}{work.ids.new()}",
        proved=looked.proved,
        invoice=looked.invoice,
        invoice_told=looked.invoice_told,
    )


def _undecided(work: Work, payment_id: str) -> Effect:
    """The booking that waits for a person; NothingToDecide also while a second person is asked to give it back."""
    effect = awaiting_person(work, effect_key(payment_id))
    if any(each.state is RequestState.WAITING for each in RefundRequests(work).of(payment_id)):
        raise NothingToDecide(payment_id)
    return effect
