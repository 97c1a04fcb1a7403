"""One order of three seats, and what its money makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from adapters.values import Fen
from hospital_bridge.slot import Progress

from .seats import Seat, seat_of


class State(StrEnum):
    """HELD waits for its money, PAID for its seats. LAPSED was not paid; LOST had its seats taken."""

    HELD = "held"
    PAID = "paid"
    SOLD = "sold"
    LAPSED = "lapsed"
    LOST = "lost"
    REFUNDED = "refunded"


TRANSITIONS: Mapping[tuple[State, Progress], State] = {
    (State.HELD, Progress.COLLECTED): State.PAID,
    (State.HELD, Progress.EXPIRED): State.LAPSED,
    (State.PAID, Progress.FULFILLED): State.SOLD,
    (State.PAID, Progress.REFUSED): State.LOST,
    (State.SOLD, Progress.REFUNDED): State.REFUNDED,
    (State.LOST, Progress.REFUNDED): State.REFUNDED,
}
"""Of an order that lapsed, late money goes back and moves nothing: an absent pair leaves the order as it is."""

OVER = frozenset({State.LAPSED, State.REFUNDED})
SEATLESS = frozenset({State.LAPSED, State.LOST, State.REFUNDED})


@dataclass(frozen=True, slots=True)
class Order:
    """Three seats from `first` on, for one person and paid by one wallet user; both are empty once forgotten."""

    order_id: str
    screening_id: str
    subject_id: str
    wallet_user_id: str
    first: str
    price_fen: Fen
    held_until: datetime
    state: State = State.HELD
    payment_id: str = ""
    card_id: str = ""
    version: int = 0

    @property
    def seats(self) -> tuple[Seat, ...]:
        """All three of them."""
        return seat_of(self.first).beside()

    def after(self, progress: Progress) -> Order:
        """The order as its money moved; the same one where that means nothing to it."""
        return replace(self, state=TRANSITIONS.get((self.state, progress), self.state))
