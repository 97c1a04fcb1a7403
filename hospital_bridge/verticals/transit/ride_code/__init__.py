"""The ride code of our own published profile: issued by the operator, shown by a phone, checked at a gate offline."""

from __future__ import annotations

from hospital_bridge.verticals.transit.ride_code.checking import Refusal, RideRefused, ShownCode, verify
from hospital_bridge.verticals.transit.ride_code.grant import Grant, IssuedGrant, Limits, NoGrant, issue
from hospital_bridge.verticals.transit.ride_code.keys import Blacklist, IssuerKey, KeyRing
from hospital_bridge.verticals.transit.ride_code.showing import show

__all__ = [
    "Blacklist",
    "Grant",
    "IssuedGrant",
    "IssuerKey",
    "KeyRing",
    "Limits",
    "NoGrant",
    "Refusal",
    "RideRefused",
    "ShownCode",
    "issue",
    "show",
    "verify",
]
