"""Situation: what the patient reads, derived from the three machines and stored nowhere."""

from __future__ import annotations

from enum import StrEnum

from hospital_bridge.payment.model.collection import Collection
from hospital_bridge.payment.model.fulfilment import Fulfilment
from hospital_bridge.payment.model.payment import Payment


class Situation(StrEnum):
    """One word per thing that a patient can be told.

    OPENING: the wallet is being asked for an order. AWAITING: the payer's turn. CONFIRMING: paid, the
    hospital is confirming. CHECKING: paid, a person is looking into it. DONE: paid and confirmed. FREE:
    confirmed, nothing was owed. REFUSED: refused, nothing was owed. REFUNDING, REFUNDED: the money is on
    its way back, is back. CLOSED: nothing was paid and nothing will be.
    """

    OPENING = "opening"
    AWAITING = "awaiting"
    CONFIRMING = "confirming"
    CHECKING = "checking"
    DONE = "done"
    FREE = "free"
    REFUSED = "refused"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    CLOSED = "closed"


MOVING = frozenset(
    {Situation.OPENING, Situation.AWAITING, Situation.CONFIRMING, Situation.CHECKING, Situation.REFUNDING}
)
"""Situations that change without the reader's doing."""


def situation_of(payment: Payment) -> Situation:
    """What the payer may be told now."""
    if not payment.is_collected:
        return _before_money(payment)
    if payment.refund_reserved_fen or payment.refund_wanted:
        return Situation.REFUNDING
    if payment.refunded_fen and payment.refunded_fen == payment.collected_fen:
        return Situation.REFUNDED
    return _after_money(payment)


def _before_money(payment: Payment) -> Situation:
    if payment.collection is Collection.CLOSED and payment.payer_paid_fen:
        return Situation.CHECKING
    if payment.collection is Collection.CLOSED or payment.fulfilment is Fulfilment.REFUSED:
        return Situation.CLOSED
    return Situation.OPENING if payment.collection is Collection.CREATED else Situation.AWAITING


def _after_money(payment: Payment) -> Situation:
    if payment.fulfilment is Fulfilment.PENDING:
        return Situation.CONFIRMING
    if payment.fulfilment is Fulfilment.FULFILLED:
        return Situation.DONE if payment.amount_fen else Situation.FREE
    if payment.amount_fen == 0 and payment.fulfilment is Fulfilment.REFUSED:
        return Situation.REFUSED
    return Situation.CHECKING
