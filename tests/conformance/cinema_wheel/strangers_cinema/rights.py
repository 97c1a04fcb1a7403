"""What somebody may see and have forgotten of their visits, and when all of it is forgotten by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hospital_bridge.slot import Scope, StillNeeded, VerticalWork

from . import store
from .order import OVER

FORGET = "cinema.forget"
KEPT = timedelta(days=90)
"""As long as somebody may ask for their money back."""


def export(work: VerticalWork, subject_id: str) -> Mapping[str, Any]:
    """Every order of the person, in words."""
    return {
        "orders": [
            {
                "film": "" if (screening := store.screening(work, order.screening_id)) is None else screening.film,
                "seats": [seat.name for seat in order.seats],
                "price_fen": order.price_fen,
                "state": order.state.value,
            }
            for order in store.orders_of(work, subject_id)
        ]
    }


def forget(work: VerticalWork, subject_id: str) -> None:
    """Whose the seats were; StillNeeded while money is under way or the film is still to come."""
    for order in store.orders_of(work, subject_id):
        screening = store.screening(work, order.screening_id)
        if order.state not in OVER and screening is not None and screening.begins_at > work.now:
            raise StillNeeded("This person has seats for a film that is still to come.")
    store.forget(work, store.ORDER.c.subject_id == subject_id)


def forget_old(scope: Scope, _operator_id: str) -> None:
    """Job of each day: nobody is known any more by an order whose hold ended that long ago."""
    with scope.begin() as work:
        store.forget(work, store.ORDER.c.held_until < work.now - KEPT)
