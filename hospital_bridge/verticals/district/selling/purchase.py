"""A member's purchase at a shop, and the table of what can become of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """ORDERED waits for its money. LAPSED: nothing was paid and nothing will be. REFUNDED: all of it went back."""

    ORDERED = "ordered"
    PAID = "paid"
    LAPSED = "lapsed"
    REFUNDED = "refunded"


class Event(StrEnum):
    """What can happen to a purchase."""

    COLLECTED = "collected"
    EXPIRED = "expired"
    REFUNDED = "refunded"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.ORDERED, Event.COLLECTED): State.PAID,
    (State.ORDERED, Event.EXPIRED): State.LAPSED,
    (State.PAID, Event.REFUNDED): State.REFUNDED,
}


class IllegalTransition(Exception):
    """The purchase is not in a state in which this can happen."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """Goods of one shop for `price_fen`, of which a coupon took `off_fen`; the commission is that of its day."""

    purchase_id: str
    subject_id: str
    wallet_user_id: str
    shop_id: str
    price_fen: int
    off_fen: int
    commission: int
    opened_at: datetime
    state: State = State.ORDERED
    payment_id: str = ""
    version: int = 1

    @property
    def paid_fen(self) -> int:
        """What the member pays."""
        return self.price_fen - self.off_fen

    def after(self, event: Event) -> Purchase:
        """The purchase once the event happened; IllegalTransition when it cannot."""
        try:
            return replace(self, state=TRANSITIONS[self.state, event])
        except KeyError:
            raise IllegalTransition(f"a purchase that is {self.state} cannot take {event}") from None
