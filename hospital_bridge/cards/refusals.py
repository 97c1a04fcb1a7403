"""The permanent code of each refusal of a card."""

from __future__ import annotations

from collections.abc import Mapping

from hospital_bridge.cards.model import CardRefusal, CardRefused
from hospital_bridge.errors import BridgeError

CODES: Mapping[CardRefusal, str] = {
    CardRefusal.UNKNOWN_TEMPLATE: "HB-K001",
    CardRefusal.UNKNOWN_CARD: "HB-K001",
    CardRefusal.NO_CODE: "HB-K001",
    CardRefusal.SOLD_OUT: "HB-K002",
    CardRefusal.HAS_ENOUGH: "HB-K003",
    CardRefusal.ALREADY_REDEEMED: "HB-K004",
    CardRefusal.TOO_EARLY: "HB-K005",
    CardRefusal.EXPIRED: "HB-K005",
    CardRefusal.CLOSED_NOW: "HB-K005",
    CardRefusal.OTHER_PLACE: "HB-K006",
    CardRefusal.NOT_COLLECTED: "HB-K007",
    CardRefusal.NOT_REDEEMED: "HB-K007",
    CardRefusal.VOID: "HB-K007",
    CardRefusal.NOT_ALLOWED: "HB-K007",
    CardRefusal.OTHER_REQUEST: "HB-K008",
    CardRefusal.IN_USE: "HB-K009",
}


def as_error(fault: CardRefused) -> BridgeError:
    """What a person is told of it."""
    return BridgeError(CODES[fault.refusal], fault.why)
