"""A registration (挂号) from hold to end: states, the table of transitions, and what the hospital knows of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.values import Slot


class State(StrEnum):
    """Where a registration stands."""

    HOLDING = "holding"
    BOOKED = "booked"
    PAID = "paid"
    REGISTERED = "registered"
    CLOSING = "closing"
    CANCELLING = "cancelling"
    RELEASING = "releasing"
    CANCELLED = "cancelled"
    ENDED = "ended"


STANDING = frozenset({State.HOLDING, State.BOOKED, State.PAID, State.REGISTERED, State.CLOSING, State.CANCELLING})
"""States of a registration that is the patient's; of these a person has at most one for each slot."""


class Event(StrEnum):
    """What can happen to a registration."""

    BOOKED = "booked"
    NOT_BOOKED = "not_booked"
    COLLECTED = "collected"
    FULFILLED = "fulfilled"
    FULFILMENT_REFUSED = "fulfilment_refused"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    CANCEL = "cancel"
    CALLED_OFF = "called_off"
    RELEASED = "released"
    RELEASE_REFUSED = "release_refused"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.HOLDING, Event.BOOKED): State.BOOKED,
    (State.HOLDING, Event.NOT_BOOKED): State.ENDED,
    (State.BOOKED, Event.COLLECTED): State.PAID,
    (State.BOOKED, Event.EXPIRED): State.RELEASING,
    (State.BOOKED, Event.CANCEL): State.CLOSING,
    (State.BOOKED, Event.CALLED_OFF): State.CLOSING,
    # The wallet is closed first: it may answer that the money is already there.
    (State.CLOSING, Event.COLLECTED): State.PAID,
    (State.CLOSING, Event.EXPIRED): State.RELEASING,
    (State.PAID, Event.FULFILLED): State.REGISTERED,
    (State.PAID, Event.FULFILMENT_REFUSED): State.RELEASING,
    (State.REGISTERED, Event.CANCEL): State.CANCELLING,
    (State.REGISTERED, Event.CALLED_OFF): State.CANCELLED,
    # Given back by other hands than ours, such as in the wallet's console: nobody pays for the slot any more.
    (State.REGISTERED, Event.REFUNDED): State.CANCELLING,
    (State.CANCELLING, Event.RELEASED): State.CANCELLED,
    (State.CANCELLING, Event.RELEASE_REFUSED): State.REGISTERED,
    (State.RELEASING, Event.RELEASED): State.ENDED,
    # The patient owes nothing, but a slot that nobody uses is worth asking again, and then a person's look.
    (State.RELEASING, Event.RELEASE_REFUSED): State.RELEASING,
}


class IllegalTransition(Exception):
    """The registration is not in a state in which this can happen."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"a registration that is {state} cannot take {event}")
        self.state = state
        self.event = event


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration; `slot` is what the patient was shown, `mrn` the record number it goes to.

    `reason` says why it ended or why a cancellation was refused, in the hospital's or our words.
    """

    registration_id: str
    wallet_user_id: str
    subject_id: str
    mrn: str
    slot: Slot
    department_name: str
    practitioner_name: str
    place: str
    state: State
    hold_expires_at: datetime
    created_at: datetime
    filler_id: str = ""
    payment_id: str = ""
    reason: str = ""
    version: int = 1

    def is_live(self, now: datetime) -> bool:
        """Whether something is still to come: a step under way, or the visit itself."""
        if self.state is State.REGISTERED:
            return now < self.slot.ends_at
        return self.state not in (State.CANCELLED, State.ENDED)

    def after(self, event: Event, **changes: str) -> Registration:
        """The registration once `event` happened; IllegalTransition when it cannot."""
        try:
            state = TRANSITIONS[self.state, event]
        except KeyError:
            raise IllegalTransition(self.state, event) from None
        return replace(self, state=state, **changes)  # type: ignore[arg-type]  # only text fields are ever changed

    def with_reason(self, reason: str) -> Registration:
        """The same registration with the reason why it went as it did."""
        return replace(self, reason=reason)
