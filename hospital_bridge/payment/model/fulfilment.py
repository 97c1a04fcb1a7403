"""Fulfilment: whether the other side has booked what was paid; a reversal walks the same table and one step more."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Fulfilment(StrEnum):
    """MANUAL waits for a person, because the outcome is unknown and cannot be queried."""

    PENDING = "pending"
    FULFILLED = "fulfilled"
    REFUSED = "refused"
    MANUAL = "manual"


class FulfilmentEvent(StrEnum):
    """ACCEPTED and REFUSED are firm answers; WITHDRAWN means that nothing was ever asked.

    PUT_RIGHT: a person has taken back by hand what the other side refused to take back.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNDECIDED = "undecided"
    PUT_RIGHT = "put_right"


TRANSITIONS: Mapping[tuple[Fulfilment, FulfilmentEvent], Fulfilment] = {
    (Fulfilment.PENDING, FulfilmentEvent.ACCEPTED): Fulfilment.FULFILLED,
    (Fulfilment.PENDING, FulfilmentEvent.REFUSED): Fulfilment.REFUSED,
    (Fulfilment.PENDING, FulfilmentEvent.WITHDRAWN): Fulfilment.REFUSED,
    (Fulfilment.PENDING, FulfilmentEvent.UNDECIDED): Fulfilment.MANUAL,
    # A person had it told once more, and the answer was lost again.
    (Fulfilment.MANUAL, FulfilmentEvent.UNDECIDED): Fulfilment.MANUAL,
    (Fulfilment.MANUAL, FulfilmentEvent.ACCEPTED): Fulfilment.FULFILLED,
    (Fulfilment.MANUAL, FulfilmentEvent.REFUSED): Fulfilment.REFUSED,
}

REVERSAL_TRANSITIONS: Mapping[tuple[Fulfilment, FulfilmentEvent], Fulfilment] = {
    **TRANSITIONS,
    (Fulfilment.REFUSED, FulfilmentEvent.PUT_RIGHT): Fulfilment.FULFILLED,
}
"""A booking that the payer's money has left must go, so here the other side's no is not the end."""
