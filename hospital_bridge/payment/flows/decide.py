"""A person's verdict where no system can tell, or none will; `by` is the staff id that the trail keeps."""

from __future__ import annotations

from dataclasses import replace

from adapters.errors import Reason, Refused
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.fulfil import accept, effect_key, refuse
from hospital_bridge.payment.flows.refund import give_back
from hospital_bridge.payment.flows.reverse import reversal_key
from hospital_bridge.payment.model import (
    NOTHING,
    Collection,
    Effect,
    EffectEvent,
    Fulfilment,
    FulfilmentEvent,
    owed_back,
)
from hospital_bridge.slot import Receipt
from hospital_bridge.store.unit_of_work import Work


class NothingToDecide(Exception):
    """It does not wait for a person, or somebody was faster."""


def decide_fulfilled(context: MoneyContext, work: Work, payment_id: str, receipt_no: str, *, by: str) -> None:
    """A person has seen the booking in the fulfilling system, under that receipt number."""
    effect = _awaiting_person(work, effect_key(payment_id))
    work.audit.record(by, "payment.decided_fulfilled", payment_id)
    work.effects.save(effect.end(EffectEvent.CONFIRMED, work.now, reason="decided by a person"))
    payment = work.payments.get(payment_id, lock=True)
    accept(context, work, payment_id, Receipt(payment_id, receipt_no, payment.amount_fen))


def decide_refused(context: MoneyContext, work: Work, payment_id: str, *, by: str) -> None:
    """A person has seen that nothing was booked and nothing shall be: the money goes back."""
    effect = _awaiting_person(work, effect_key(payment_id))
    work.audit.record(by, "payment.decided_refused", payment_id)
    work.effects.save(effect.end(EffectEvent.REFUSED, work.now, reason="decided by a person"))
    refuse(context, work, payment_id, Refused("decided by a person", reason=Reason.OTHER))


def decide_again(work: Work, payment_id: str, *, by: str) -> None:
    """A person has seen that nothing was booked: the waiting job tells the system once more."""
    effect = _awaiting_person(work, effect_key(payment_id))
    work.audit.record(by, "payment.decided_again", payment_id)
    work.effects.save(effect.never_happened(work.now))


def decide_reversed(work: Work, refund_no: str, *, by: str) -> None:
    """A person has seen to it that the fulfilling system took its booking back."""
    standing = work.refunds.get(refund_no)
    work.audit.record(by, "refund.decided_reversed", refund_no)
    if standing.reversal is Fulfilment.REFUSED:
        work.refunds.save(standing.reverse(FulfilmentEvent.PUT_RIGHT, work.now))
        return
    effect = _awaiting_person(work, reversal_key(refund_no))
    work.effects.save(effect.end(EffectEvent.CONFIRMED, work.now, reason="decided by a person"))
    refund = work.refunds.get(refund_no, lock=True)
    work.refunds.save(refund.reverse(FulfilmentEvent.ACCEPTED, work.now))


def decide_refund_again(context: MoneyContext, work: Work, payment_id: str, *, by: str) -> None:
    """A person has cleared with the wallet why it refused: the money is sent once more, under a new number."""
    payment = work.payments.get(payment_id, lock=True)
    owed = owed_back(payment, work.refunds.of(payment_id))
    if not owed:
        raise NothingToDecide(payment_id)
    work.audit.record(by, "payment.decided_refund_again", payment_id)
    give_back(context, work, payment, payment.reason or "decided by a person", owed)


def decide_returned(work: Work, payment_id: str, *, by: str) -> None:
    """A person has seen to it that the payer has back what the wallet took and what did not fit the order."""
    payment = work.payments.get(payment_id, lock=True)
    if payment.collection is not Collection.CLOSED or not payment.payer_paid_fen:
        raise NothingToDecide(payment_id)
    work.audit.record(by, "payment.decided_returned", payment_id)
    work.payments.save(replace(payment, payer_paid_fen=NOTHING))


def _awaiting_person(work: Work, key: str) -> Effect:
    effect = work.effects.find(key, lock=True)
    if effect is None or not effect.needs_person:
        raise NothingToDecide(key)
    return effect
