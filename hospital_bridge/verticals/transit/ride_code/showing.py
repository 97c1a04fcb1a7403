"""The code that a phone shows: the issuer's grant and the phone's own signature over the moment."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hospital_bridge.verticals.transit.ride_code import cbor
from hospital_bridge.verticals.transit.ride_code.grant import IssuedGrant, seconds_of

CODE_CONTEXT = b"hospital-bridge/ride-code/1\x00"


def show(issued: IssuedGrant, key: Ed25519PrivateKey, at: datetime) -> bytes:
    """The bytes of the QR code at that moment (aware); the phone needs no network for it."""
    second = seconds_of(at)
    signature = key.sign(statement(issued, second))
    return cbor.encode((issued.grant, issued.signature, second, signature))


def statement(issued: IssuedGrant, second: int) -> bytes:
    """What the phone signs: that this grant was shown in this second."""
    return CODE_CONTEXT + cbor.encode((issued.grant, issued.signature, second))
