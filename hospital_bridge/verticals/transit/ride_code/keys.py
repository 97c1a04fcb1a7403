"""What a gate carries along to check codes by itself: the issuers' public keys and the blocked accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A public key and the time within which every grant that it signed must lie.

    A key is changed by publishing the next one first, signing with it, and leaving the old one in the ring until the
    last of its grants has ended. A key that was stolen gets an earlier `ends`, or leaves the ring.
    """

    issuer: str
    number: int
    public: Ed25519PublicKey
    begins: datetime
    ends: datetime


class KeyRing:
    """The keys that a gate believes, by issuer and number; ValueError where two keys share both."""

    def __init__(self, keys: Iterable[IssuerKey]) -> None:
        self._keys: dict[tuple[str, int], IssuerKey] = {}
        for key in keys:
            if self._keys.setdefault((key.issuer, key.number), key) is not key:
                raise ValueError(f"two keys of {key.issuer} have the number {key.number}")

    def find(self, issuer: str, number: int) -> IssuerKey | None:
        """The key of that number."""
        return self._keys.get((issuer, number))


@dataclass(frozen=True, slots=True)
class Blacklist:
    """The accounts that pass no gate, for an unpaid debt or a lost phone; a gate takes over the highest `version`."""

    version: int
    accounts: frozenset[str]
