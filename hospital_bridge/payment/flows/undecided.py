"""A booking of which no system can tell: a person does, and what they found ends it."""

from __future__ import annotations

from adapters.errors import Reason, Refused
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.fulfil import effect_key, refuse
from hospital_bridge.payment.model import Effect, EffectEvent
from hospital_bridge.store.unit_of_work import Work

BY_PERSON = "decided by a person"


class NothingToDecide(Exception):
    """It does not wait for a person, or somebody was faster."""


def awaiting_person(work: Work, key: str) -> Effect:
    """The effect that waits for a person, locked; NothingToDecide."""
    effect = work.effects.find(key, lock=True)
    if effect is None or not effect.needs_person:
        raise NothingToDecide(key)
    return effect


def refuse_undecided(context: MoneyContext, work: Work, payment_id: str) -> None:
    """Nothing was booked and nothing shall be: the money goes back; NothingToDecide."""
    effect = awaiting_person(work, effect_key(payment_id))
    work.effects.save(effect.end(EffectEvent.REFUSED, work.now, reason=BY_PERSON))
    refuse(context, work, payment_id, Refused(BY_PERSON, reason=Reason.OTHER))
