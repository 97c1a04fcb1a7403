"""Card: a coupon, ticket, membership or pass, from its issue to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CardForm(StrEnum):
    """What a card is to its holder; all four move alike."""

    COUPON = "coupon"
    TICKET = "ticket"
    MEMBERSHIP = "membership"
    PASS = "pass"  # noqa: S105  a season pass, not a password


class CardState(StrEnum):
    """ISSUED waits for its holder; COLLECTED and REVERSED can be redeemed; EXPIRED and VOID are ends."""

    ISSUED = "issued"
    COLLECTED = "collected"
    REDEEMED = "redeemed"
    REVERSED = "reversed"
    EXPIRED = "expired"
    VOID = "void"


class CardEvent(StrEnum):
    """COLLECT: its holder took it. REVERSE: what it was redeemed for was refunded. VOID: its issuer took it back."""

    COLLECT = "collect"
    REDEEM = "redeem"
    REVERSE = "reverse"
    EXPIRE = "expire"
    VOID = "void"


TRANSITIONS: Mapping[tuple[CardState, CardEvent], CardState] = {
    (CardState.ISSUED, CardEvent.COLLECT): CardState.COLLECTED,
    (CardState.ISSUED, CardEvent.EXPIRE): CardState.EXPIRED,
    (CardState.ISSUED, CardEvent.VOID): CardState.VOID,
    (CardState.COLLECTED, CardEvent.REDEEM): CardState.REDEEMED,
    (CardState.COLLECTED, CardEvent.EXPIRE): CardState.EXPIRED,
    (CardState.COLLECTED, CardEvent.VOID): CardState.VOID,
    (CardState.REDEEMED, CardEvent.REVERSE): CardState.REVERSED,
    # What was refunded is the holder's again, for as long as the card's own time runs.
    (CardState.REVERSED, CardEvent.REDEEM): CardState.REDEEMED,
    (CardState.REVERSED, CardEvent.EXPIRE): CardState.EXPIRED,
    (CardState.REVERSED, CardEvent.VOID): CardState.VOID,
}


def before(event: CardEvent) -> frozenset[CardState]:
    """The states in which the event can happen: what the one conditional UPDATE asks for."""
    return frozenset(state for state, each in TRANSITIONS if each is event)


def after(event: CardEvent) -> CardState:
    """The state that the event leads to; every event has one."""
    return next(state for (_, each), state in TRANSITIONS.items() if each is event)


class CardRefusal(StrEnum):
    """Why a card was not issued, collected, redeemed or taken back."""

    UNKNOWN_TEMPLATE = "unknown_template"
    UNKNOWN_CARD = "unknown_card"
    NO_CODE = "no_code"
    SOLD_OUT = "sold_out"
    HAS_ENOUGH = "has_enough"
    IN_USE = "in_use"
    NOT_COLLECTED = "not_collected"
    ALREADY_REDEEMED = "already_redeemed"
    NOT_REDEEMED = "not_redeemed"
    TOO_EARLY = "too_early"
    EXPIRED = "expired"
    CLOSED_NOW = "closed_now"
    OTHER_PLACE = "other_place"
    VOID = "void"
    OTHER_REQUEST = "other_request"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Redemption:
    """A card used once: by whom, where, when and for which order; a refund gives it back at `reversed_at`."""

    redemption_id: str
    card_id: str
    request_id: str
    place: str
    actor: str
    order_ref: str
    at: datetime
    reversed_at: datetime | None = None


class CardRefused(Exception):
    """A business no, before anything was written; of a card that was used, `redemption` says who, where and when.

    `why` is the vertical's own sentence where its rule refused.
    """

    def __init__(self, refusal: CardRefusal, redemption: Redemption | None = None, why: str = "") -> None:
        super().__init__(why or refusal.value)
        self.refusal = refusal
        self.redemption = redemption
        self.why = why


WHY_NOT_REDEEMABLE: Mapping[CardState, CardRefusal] = {
    CardState.ISSUED: CardRefusal.NOT_COLLECTED,
    CardState.REDEEMED: CardRefusal.ALREADY_REDEEMED,
    CardState.VOID: CardRefusal.VOID,
}
"""What a terminal hears of a card that is in no state to be redeemed; of every other one its time is over."""
