"""Collection: whether the wallet has taken the payer's money."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Collection(StrEnum):
    """CREATED is known to us alone; AWAITING has an order at the wallet."""

    CREATED = "created"
    AWAITING = "awaiting"
    COLLECTED = "collected"
    CLOSED = "closed"


class CollectionEvent(StrEnum):
    """OPENED: the wallet holds the order. PAID: it holds the money. CLOSED: it will take no more."""

    OPENED = "opened"
    PAID = "paid"
    CLOSED = "closed"


TRANSITIONS: Mapping[tuple[Collection, CollectionEvent], Collection] = {
    (Collection.CREATED, CollectionEvent.OPENED): Collection.AWAITING,
    # A notice may overtake the reply that opened the order; a zero fee needs no wallet.
    (Collection.CREATED, CollectionEvent.PAID): Collection.COLLECTED,
    (Collection.CREATED, CollectionEvent.CLOSED): Collection.CLOSED,
    (Collection.AWAITING, CollectionEvent.PAID): Collection.COLLECTED,
    (Collection.AWAITING, CollectionEvent.CLOSED): Collection.CLOSED,
    # Late money is money: it is recorded, never fulfilled, and goes back in full.
    (Collection.CLOSED, CollectionEvent.PAID): Collection.COLLECTED,
}
