"""The ticket of an order: a card of the core, let in once at the door of its hall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from hospital_bridge.slot import (
    CardForm,
    CardKind,
    CardRefusal,
    CardRefused,
    CardRules,
    CardTemplate,
    VerticalWork,
)

from . import store
from .order import Order
from .settings import halls_of

KIND = "cinema.ticket"
USHER = "usher"
DOORS_OPEN = timedelta(minutes=45)
"""How long before the film begins the door lets people in."""

LATE = timedelta(hours=1)
"""How long after it began the door still does."""


def issue(work: VerticalWork, order: Order) -> Order:
    """One card for all three seats, which its title names; the order then knows it."""
    screening = store.screening(work, order.screening_id)
    if screening is None:
        raise LookupError(order.screening_id)
    rules = CardRules(
        starts_at=screening.begins_at - DOORS_OPEN,
        ends_at=screening.begins_at + LATE,
        places=frozenset({screening.hall}),
    )
    title = f"{screening.film} · {' '.join(seat.name for seat in order.seats)}"
    work.cards.put_template(CardTemplate(order.order_id, KIND, title, rules, supply=1))
    card = work.cards.issue(order.order_id, order.order_id, order.subject_id)
    work.cards.collect(card.card_id)
    return replace(order, card_id=card.card_id)


def take_back(work: VerticalWork, order: Order) -> None:
    """Nobody is let in with the ticket of an order whose money went back; who is inside already stays inside."""
    if not order.card_id:
        return
    try:
        work.cards.void(order.card_id, "bridge", "refunded")
    except CardRefused as refused:
        if refused.refusal not in {CardRefusal.ALREADY_REDEEMED, CardRefusal.EXPIRED}:
            raise


def doors(work: VerticalWork) -> Mapping[str, str]:
    """Every hall has its door."""
    return {hall.id: hall.name for hall in halls_of(work.settings).values()}


TICKET = CardKind(
    kind=KIND,
    form=CardForm.TICKET,
    title="Ticket for three seats",
    note="Show this code at the door of the hall; all three come in together.",
    redeemers=(USHER,),
    places=doors,
)
