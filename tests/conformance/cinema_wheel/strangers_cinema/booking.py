"""Holding three seats and asking for their money in one transaction: all of it happens or none."""

from __future__ import annotations

from datetime import timedelta

from adapters.values import Fen
from hospital_bridge.slot import Guard, Guarded, PaymentRequest, VerticalWork, Veto

from . import store
from .order import Order
from .seats import TOGETHER, Seat

SALE_KIND = "cinema.seats"
MOST_HOLDS = 2
"""How many orders one wallet user may leave unpaid at a time."""


class NotOffered(LookupError):
    """There is no such screening, or it has begun."""


class SeatsTaken(Exception):
    """Not all three seats are to be had; nothing was held."""


def hold(work: VerticalWork, screening_id: str, first: Seat, subject_id: str, wallet_user_id: str) -> Order:
    """Hold three seats from the first on and open their payment; raise to undo it all."""
    # Whoever buys for this screening waits here, so that no two buyers hold each other up seat by seat.
    screening = store.screening(work, screening_id, lock=True)
    if screening is None or screening.begins_at <= work.now:
        raise NotOffered
    until = work.now + timedelta(minutes=work.settings["hold_minutes"])
    price, order_id = Fen(TOGETHER * screening.price_fen), work.ids.new()
    order = Order(order_id, screening_id, subject_id, wallet_user_id, first.name, price, until)
    if not store.take(work, order):
        raise SeatsTaken
    request = PaymentRequest(SALE_KIND, order_id, subject_id, wallet_user_id, price, until)
    # What costs nothing is collected at once, so the order has to stand before its payment is opened.
    store.add_order(work, order)
    store.note_payment(work, order_id, work.payments.open(request))
    return order


def _holds(work: VerticalWork, request: PaymentRequest) -> int:
    """Of who is to pay, with the one that is being made."""
    return store.open_holds(work, request.wallet_user_id)


def _not_too_many(holds: int) -> Veto | None:
    if holds <= MOST_HOLDS:
        return None
    return Veto("holds", "You hold seats twice already. Please pay for them first, or wait until they are free again.")


NO_HOARDING = Guard(Guarded.CHARGE, _holds, _not_too_many)
