"""Checking a shown code without network: believed whole, or refused with one of a closed set of reasons.

Signatures come before everything that a code says: what nobody signed is never weighed (docs/reference/ride-code.md).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hospital_bridge.verticals.transit.ride_code import cbor
from hospital_bridge.verticals.transit.ride_code.grant import (
    GRANT_CONTEXT,
    SIGNATURE_BYTES,
    Grant,
    IssuedGrant,
    NoGrant,
    instant,
    read,
)
from hospital_bridge.verticals.transit.ride_code.keys import Blacklist, IssuerKey, KeyRing
from hospital_bridge.verticals.transit.ride_code.showing import statement

SKEW = timedelta(seconds=30)
"""How far the clocks of phone and gate may be apart."""

LONGEST_CODE = 400
"""Bytes; a longer one is not looked at."""

_FIELDS = 4


class Refusal(StrEnum):
    """Why a gate stays shut; these are all."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    FORGED = "forged"
    WRONG_PHONE = "wrong_phone"
    KEY_RETIRED = "key_retired"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    STALE = "stale"
    EARLY = "early"
    BLOCKED = "blocked"
    OVER_LIMIT = "over_limit"
    REPLAYED = "replayed"


class RideRefused(Exception):
    """The code opens nothing; `refusal` says why, and nothing of the code is quoted."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"ride code refused: {refusal}")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code that was believed; `code_id`, 32 hex digits, is the same wherever this very code is shown again."""

    grant: Grant
    shown_at: datetime
    code_id: str


def verify(
    code: bytes, at: datetime, keys: KeyRing, blacklist: Blacklist, *, stake_fen: int = 0, skew: timedelta = SKEW
) -> ShownCode:
    """The code, if it opens a gate at that instant (aware); else RideRefused.

    `stake_fen` is what a ride that begins here may cost at most. Whether the code was here before, only the gate
    remembers.
    """
    issued, second, signature = _taken_apart(code)
    try:
        grant = read(issued.grant)
    except NoGrant:
        raise RideRefused(Refusal.MALFORMED) from None
    key = keys.find(grant.issuer, grant.key_no)
    if key is None:
        raise RideRefused(Refusal.UNKNOWN_KEY)
    said = statement(issued, second)
    _check_signature(key.public, issued.signature, GRANT_CONTEXT + issued.grant, Refusal.FORGED)
    _check_signature(Ed25519PublicKey.from_public_bytes(grant.phone_key), signature, said, Refusal.WRONG_PHONE)
    shown_at = instant(second)
    _check_times(grant, key, shown_at, at, skew)
    if grant.account in blacklist.accounts:
        raise RideRefused(Refusal.BLOCKED)
    if stake_fen > grant.limits.ride_fen:
        raise RideRefused(Refusal.OVER_LIMIT)
    return ShownCode(grant, shown_at, hashlib.blake2b(said, digest_size=16).hexdigest())


def _taken_apart(code: bytes) -> tuple[IssuedGrant, int, bytes]:
    try:
        fields = cbor.decode(code) if len(code) <= LONGEST_CODE else ()
    except cbor.NotCanonical:
        raise RideRefused(Refusal.MALFORMED) from None
    if not isinstance(fields, tuple) or len(fields) != _FIELDS:
        raise RideRefused(Refusal.MALFORMED)
    grant, issuer_signature, second, phone_signature = fields
    if not (isinstance(grant, bytes) and isinstance(second, int) and second < 1 << 32):
        raise RideRefused(Refusal.MALFORMED)
    if not (isinstance(issuer_signature, bytes) and isinstance(phone_signature, bytes)):
        raise RideRefused(Refusal.MALFORMED)
    if {len(issuer_signature), len(phone_signature)} != {SIGNATURE_BYTES}:
        raise RideRefused(Refusal.MALFORMED)
    return IssuedGrant(grant, issuer_signature), second, phone_signature


def _check_signature(key: Ed25519PublicKey, signature: bytes, data: bytes, otherwise: Refusal) -> None:
    try:
        key.verify(signature, data)
    except InvalidSignature:
        raise RideRefused(otherwise) from None


def _check_times(grant: Grant, key: IssuerKey, shown_at: datetime, at: datetime, skew: timedelta) -> None:
    if not key.begins <= grant.begins < grant.ends <= key.ends:
        raise RideRefused(Refusal.KEY_RETIRED)
    if at < grant.begins:
        raise RideRefused(Refusal.NOT_YET)
    if at >= grant.ends:
        raise RideRefused(Refusal.EXPIRED)
    if at > shown_at + grant.limits.shown_for + skew:
        raise RideRefused(Refusal.STALE)
    if at < shown_at - skew:
        raise RideRefused(Refusal.EARLY)
