from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hospital_bridge.verticals.transit.ride_code import Blacklist, Grant, IssuerKey, KeyRing, Limits, issue, verify
from hospital_bridge.verticals.transit.ride_code.checking import ShownCode
from hospital_bridge.verticals.transit.sandbox.phone import Phone

MORNING = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
"""08:30 on a Monday in 临江."""

ISSUER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NEXT_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
PHONE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
OTHER_PHONE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(96, 128)))
ACCOUNT, OTHER_ACCOUNT = "0c" * 16, "1d" * 16

KEY = IssuerKey("linjiang", 1, ISSUER_KEY.public_key(), MORNING - timedelta(days=60), MORNING + timedelta(days=30))
KEYS = KeyRing([KEY])
NOBODY = Blacklist(1, frozenset())

GRANT = Grant(
    issuer="linjiang",
    key_no=1,
    account=ACCOUNT,
    begins=MORNING - timedelta(hours=1),
    ends=MORNING + timedelta(days=7),
    limits=Limits(ride_fen=1000, shown_for=timedelta(seconds=60)),
    phone_key=PHONE_KEY.public_key().public_bytes_raw(),
)


def phone(grant: Grant = GRANT, key: Ed25519PrivateKey = PHONE_KEY, issuer: Ed25519PrivateKey = ISSUER_KEY) -> Phone:
    """A phone with the grant that the issuer made for its key."""
    return Phone(key, issue(replace(grant, phone_key=key.public_key().public_bytes_raw()), issuer))


def check(code: bytes, at: datetime = MORNING) -> ShownCode:
    return verify(code, at, KEYS, NOBODY)
