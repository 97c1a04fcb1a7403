"""A stay (住院), and a deposit (预交金) onto it: states and the table of transitions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from hospital_bridge.slot import Progress

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.values import Fen


class State(StrEnum):
    """Where a deposit stands.

    ORDERED: an order stands at the wallet. PAID: the money is there, the hospital has not confirmed. BOOKED: it has.
    REFUSED: it would not, and the money goes back. CLOSED: nothing was paid. REFUNDED: all of a booked one went back.
    """

    ORDERED = "ordered"
    PAID = "paid"
    BOOKED = "booked"
    REFUSED = "refused"
    CLOSED = "closed"
    REFUNDED = "refunded"


TRANSITIONS: dict[tuple[State, Progress], State] = {
    (State.ORDERED, Progress.COLLECTED): State.PAID,
    (State.ORDERED, Progress.EXPIRED): State.CLOSED,
    (State.PAID, Progress.FULFILLED): State.BOOKED,
    (State.PAID, Progress.REFUSED): State.REFUSED,
    (State.BOOKED, Progress.REFUNDED): State.REFUNDED,
}
"""Any other pair leaves the deposit as it is: it tells of money that came late and went back by itself."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay; sums in fen. `returned_fen` is what of its surplus was given back here."""

    stay_id: str
    stay_no: str
    mrn: str = field(repr=False)
    ward: str
    balance_fen: Fen
    is_settled: bool
    surplus_fen: Fen
    told_at: datetime
    returned_fen: int = 0
    version: int = 1


@dataclass(frozen=True, slots=True)
class Deposit:
    """One payment onto a stay; its id is the reference of its sale."""

    deposit_id: str
    stay_id: str
    wallet_user_id: str
    amount_fen: Fen
    ordered_at: datetime
    state: State = State.ORDERED
    payment_id: str = ""
    version: int = 1

    def after(self, progress: Progress) -> Deposit:
        """The deposit once its money has come so far."""
        return replace(self, state=TRANSITIONS.get((self.state, progress), self.state))
