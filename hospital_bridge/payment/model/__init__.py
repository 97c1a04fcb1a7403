"""The state machines of money and the values they move; pure, without store or clock."""

from __future__ import annotations

from hospital_bridge.payment.model.at_wallet import is_known, unnamed
from hospital_bridge.payment.model.collection import Collection, CollectionEvent
from hospital_bridge.payment.model.effect import Effect, EffectEvent, EffectState
from hospital_bridge.payment.model.fulfilment import Fulfilment, FulfilmentEvent
from hospital_bridge.payment.model.owed import Part, forgone, owed_back, parts, refused, unmet_wish, why_owed
from hospital_bridge.payment.model.payment import OverRefund, Payment
from hospital_bridge.payment.model.posting import NOTHING, TRANSIT, Account, Move, Posting
from hospital_bridge.payment.model.refund import MADE_AT_WALLET, Refund, RefundEvent, RefundState
from hospital_bridge.payment.model.refund_request import (
    DECISION,
    RefundReason,
    RefundRequest,
    RequestEvent,
    RequestState,
    Route,
)
from hospital_bridge.payment.model.situation import MOVING, Situation, situation_of
from hospital_bridge.payment.model.transition import IllegalTransition

__all__ = [
    "DECISION",
    "MADE_AT_WALLET",
    "MOVING",
    "NOTHING",
    "TRANSIT",
    "Account",
    "Collection",
    "CollectionEvent",
    "Effect",
    "EffectEvent",
    "EffectState",
    "Fulfilment",
    "FulfilmentEvent",
    "IllegalTransition",
    "Move",
    "OverRefund",
    "Part",
    "Payment",
    "Posting",
    "Refund",
    "RefundEvent",
    "RefundReason",
    "RefundRequest",
    "RefundState",
    "RequestEvent",
    "RequestState",
    "Route",
    "Situation",
    "forgone",
    "is_known",
    "owed_back",
    "parts",
    "refused",
    "situation_of",
    "unmet_wish",
    "unnamed",
    "why_owed",
]
