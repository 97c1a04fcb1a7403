"""A rider's phone: it holds a key of its own and a grant, and shows codes without network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hospital_bridge.verticals.transit.ride_code import IssuedGrant, show


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone with the grant that was issued to its key."""

    key: Ed25519PrivateKey
    issued: IssuedGrant

    def show(self, at: datetime) -> bytes:
        """The code that the phone shows when its own clock says `at`."""
        return show(self.issued, self.key, at)
