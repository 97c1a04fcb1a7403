"""Ride codes for the service window: the bridge keeps the phone's key, for a page without script can keep none.

A phone of its own, with its own key, is the other half of the profile (docs/reference/ride-code.md); gates cannot tell
the two apart.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hospital_bridge.verticals.transit.ride_code import Grant, IssuerKey, KeyRing, Limits, issue, show
from hospital_bridge.verticals.transit.store import accounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.transit.store.accounts import Account

EARLIER = timedelta(minutes=5)
"""A grant begins so long before now: a gate's clock may be behind."""


class NoKeyNow(LookupError):
    """No issuer's key of the settings is good now: the next one was forgotten."""


def join(work: VerticalWork, subject_id: str, wallet_user_id: str) -> Account:
    """The person's account, made at the first time with a key of its own."""
    return accounts.open_account(work, subject_id, wallet_user_id, Ed25519PrivateKey.generate().private_bytes_raw())


def ride_code(work: VerticalWork, account: Account) -> bytes:
    """The bytes of the account's QR code at this moment; NoKeyNow."""
    key = _signing(work)
    phone = Ed25519PrivateKey.from_private_bytes(accounts.phone_key(work, account))
    now = work.now.replace(microsecond=0)
    grant = Grant(
        issuer=work.settings["issuer"],
        key_no=key["number"],
        account=account.account_id,
        begins=max(now - EARLIER, key["begins"]),
        ends=min(now + timedelta(hours=work.settings["grant_hours"]), key["ends"]),
        limits=Limits(work.settings["ride_limit_fen"], timedelta(seconds=work.settings["shown_seconds"])),
        phone_key=phone.public_key().public_bytes_raw(),
    )
    return show(issue(grant, Ed25519PrivateKey.from_private_bytes(key["private"])), phone, now)


def public_keys(settings: Mapping[str, Any]) -> Sequence[IssuerKey]:
    """What gates are told of the operator's keys, those that are yet to begin included."""
    return [
        IssuerKey(
            settings["issuer"],
            key["number"],
            Ed25519PrivateKey.from_private_bytes(key["private"]).public_key(),
            key["begins"],
            key["ends"],
        )
        for key in settings["issuer_keys"]
    ]


def key_ring(settings: Mapping[str, Any]) -> KeyRing:
    """The keys as a gate believes them."""
    return KeyRing(public_keys(settings))


def _signing(work: VerticalWork) -> Mapping[str, Any]:
    good: list[Mapping[str, Any]] = [
        key for key in work.settings["issuer_keys"] if key["begins"] <= work.now < key["ends"] - timedelta(seconds=1)
    ]
    if not good:
        raise NoKeyNow
    return max(good, key=lambda key: key["begins"])
