"""What the issuer lets a phone do for a while, and how it is signed (docs/reference/ride-code.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeGuard

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hospital_bridge.verticals.transit.ride_code import cbor

VERSION = 1
GRANT_CONTEXT = b"hospital-bridge/ride-grant/1\x00"
ACCOUNT_BYTES, KEY_BYTES, SIGNATURE_BYTES = 16, 32, 64

_LONGEST_ISSUER = 16
_LAST_KEY_NO = 0xFFFF
_LAST_SECOND = 0xFFFF_FFFF
_MOST_FEN = 1_000_000
_SHOWN_SECONDS = range(5, 301)
_FIELDS, _LIMIT_FIELDS = 8, 2


class NoGrant(ValueError):
    """The fields make no grant of this profile."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one ride may cost at most, in fen, and how long a code that the phone has shown stays good."""

    ride_fen: int
    shown_for: timedelta


@dataclass(frozen=True, slots=True)
class Grant:
    """The issuer's word on one account; good from `begins` until before `ends` (aware, whole seconds).

    `account` is 32 hex digits and says nothing of whose it is; `phone_key` is the phone's raw Ed25519 public key.
    """

    issuer: str
    key_no: int
    account: str
    begins: datetime
    ends: datetime
    limits: Limits
    phone_key: bytes


@dataclass(frozen=True, slots=True)
class IssuedGrant:
    """A grant's bytes as they were signed, and the issuer's signature."""

    grant: bytes
    signature: bytes


def issue(grant: Grant, key: Ed25519PrivateKey) -> IssuedGrant:
    """The grant as the phone keeps it; NoGrant where the fields are not of this profile."""
    try:
        data = _write(grant)
    except ValueError as unwritable:
        raise NoGrant(str(unwritable)) from None
    if read(data) != grant:
        raise NoGrant("times are whole seconds and an account is 32 lower-case hex digits")
    return IssuedGrant(data, key.sign(GRANT_CONTEXT + data))


def read(data: bytes) -> Grant:
    """The grant that the bytes are the writing of; NoGrant for any other bytes. Nothing is believed yet."""
    try:
        fields = cbor.decode(data)
    except cbor.NotCanonical as unreadable:
        raise NoGrant(str(unreadable)) from None
    if not isinstance(fields, tuple) or len(fields) != _FIELDS or fields[0] != VERSION:
        raise NoGrant("no grant of this version")
    _, issuer, key_no, account, begins, ends, limits, phone_key = fields
    if not (isinstance(issuer, str) and 1 <= len(issuer) <= _LONGEST_ISSUER and issuer.isascii()):
        raise NoGrant("an issuer is named by 1 to 16 ASCII characters")
    if not (_whole(key_no, _LAST_KEY_NO) and _whole(begins, _LAST_SECOND) and _whole(ends, _LAST_SECOND)):
        raise NoGrant("a number is out of its range")
    if not (_bytes_of(account, ACCOUNT_BYTES) and _bytes_of(phone_key, KEY_BYTES)):
        raise NoGrant("an account is of 16 bytes, a key of 32")
    if begins >= ends:
        raise NoGrant("a grant ends after it begins")
    return Grant(issuer, key_no, account.hex(), instant(begins), instant(ends), _limits(limits), phone_key)


def instant(seconds: int) -> datetime:
    """The instant that is so many seconds after the beginning of 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def seconds_of(at: datetime) -> int:
    """Whole seconds since the beginning of 1970; ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("a ride code holds and is checked at an instant with a zone")
    return int(at.timestamp())


def _write(grant: Grant) -> bytes:
    limits = (grant.limits.ride_fen, int(grant.limits.shown_for.total_seconds()))
    times = (seconds_of(grant.begins), seconds_of(grant.ends))
    account = bytes.fromhex(grant.account)
    return cbor.encode((VERSION, grant.issuer, grant.key_no, account, *times, limits, grant.phone_key))


def _limits(value: cbor.Value) -> Limits:
    if not isinstance(value, tuple) or len(value) != _LIMIT_FIELDS:
        raise NoGrant("limits are two numbers")
    ride_fen, shown_seconds = value
    if not (_whole(ride_fen, _MOST_FEN) and _whole(shown_seconds, _SHOWN_SECONDS[-1])):
        raise NoGrant("a limit is out of its range")
    if shown_seconds not in _SHOWN_SECONDS:
        raise NoGrant("a code stays good for 5 to 300 seconds")
    return Limits(ride_fen, timedelta(seconds=shown_seconds))


def _whole(value: cbor.Value, most: int) -> TypeGuard[int]:
    return isinstance(value, int) and value <= most


def _bytes_of(value: cbor.Value, length: int) -> TypeGuard[bytes]:
    return isinstance(value, bytes) and len(value) == length
