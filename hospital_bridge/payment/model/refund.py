"""Refund: money on its way back, with its own number that never refunds twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from adapters.values import Fen
from hospital_bridge.payment.model.fulfilment import REVERSAL_TRANSITIONS, Fulfilment, FulfilmentEvent
from hospital_bridge.payment.model.posting import Account
from hospital_bridge.payment.model.transition import IllegalTransition, follow

MADE_AT_WALLET = "made at the wallet"
"""The reason of a refund that somebody made in the wallet's own console, and that we have adopted."""


class RefundState(StrEnum):
    """RESERVED holds the money back from other refunds; VOID gave the reservation up."""

    RESERVED = "reserved"
    SENT = "sent"
    REFUNDED = "refunded"
    VOID = "void"


class RefundEvent(StrEnum):
    """SENT: the wallet may know the number. DONE and REFUSED are its firm answers."""

    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"


TRANSITIONS: Mapping[tuple[RefundState, RefundEvent], RefundState] = {
    (RefundState.RESERVED, RefundEvent.SENT): RefundState.SENT,
    # The same number may be sent again once a query has said that it never arrived.
    (RefundState.SENT, RefundEvent.SENT): RefundState.SENT,
    (RefundState.SENT, RefundEvent.DONE): RefundState.REFUNDED,
    (RefundState.SENT, RefundEvent.REFUSED): RefundState.VOID,
    # Nothing to ask the wallet: a zero sum, or a refund that the wallet itself has reported.
    (RefundState.RESERVED, RefundEvent.DONE): RefundState.REFUNDED,
}


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund of one payment; sums in fen.

    `reversal` is None where the fulfilling system never booked the payment and so has nothing to take
    back; `reversal_fen` is what it has to take back, which differs from `amount_fen` only after it
    booked a wrong sum. `wallet_refund_no` is the wallet's own number of a refund that somebody made there, empty
    until its bill has told it. `command_key` is of the request that asked for it, empty where that is kept elsewhere.
    `place` counts the refunds of one payment from 1: numbers and instants come from the clocks of several machines.
    `makes_good_fen` of it took the place, when it was reserved, of what the wallet had refused before, and of one that
    the wallet refused `forgone_fen` is wanted no more.
    """

    refund_no: str
    payment_id: str
    amount_fen: Fen
    reason: str
    state: RefundState
    from_account: Account
    reversal: Fulfilment | None
    reversal_fen: Fen
    reserved_at: datetime
    sent_at: datetime | None = None
    refunded_at: datetime | None = None
    reversed_at: datetime | None = None
    accounting_day: date | None = None
    booked_by: str = ""
    refusal: str = ""
    wallet_refund_no: str = ""
    command_key: str = ""
    place: int = 0
    makes_good_fen: int = 0
    forgone_fen: int = 0
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Still holding a reservation."""
        return self.state in {RefundState.RESERVED, RefundState.SENT}

    @property
    def is_adopted(self) -> bool:
        """Somebody made it at the wallet itself, without us."""
        return self.reason == MADE_AT_WALLET

    def send(self, at: datetime) -> Refund:
        """The request leaves for the wallet."""
        return replace(self, state=follow(TRANSITIONS, self.state, RefundEvent.SENT), sent_at=at)

    def done(self, at: datetime) -> Refund:
        """The wallet has given the money back at that instant."""
        return replace(self, state=follow(TRANSITIONS, self.state, RefundEvent.DONE), refunded_at=at)

    def void(self, refusal: str) -> Refund:
        """The wallet refused for good."""
        return replace(self, state=follow(TRANSITIONS, self.state, RefundEvent.REFUSED), refusal=refusal)

    def booked(self, accounting_day: date | None, booked_by: str) -> Refund:
        """On which day of its own and under which user the fulfilling system took it back, as far as it tells."""
        return replace(self, accounting_day=accounting_day, booked_by=booked_by)

    def reverse(self, event: FulfilmentEvent, at: datetime, refusal: str = "") -> Refund:
        """The fulfilling system answered about taking its booking back."""
        if self.reversal is None:
            raise IllegalTransition(f"refund {self.refund_no} has nothing to reverse")
        reversal = follow(REVERSAL_TRANSITIONS, self.reversal, event)
        reversed_at = at if reversal is Fulfilment.FULFILLED else None
        return replace(self, reversal=reversal, reversed_at=reversed_at, refusal=refusal or self.refusal)
