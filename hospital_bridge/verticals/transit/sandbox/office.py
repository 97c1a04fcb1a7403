"""The operator's side of a sync as a gate reaches it: the bridge's API, as soon as there is a network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hospital_bridge.verticals.transit.api import MOST_TAPS
from hospital_bridge.verticals.transit.ride_code import Blacklist, IssuerKey, KeyRing
from hospital_bridge.verticals.transit.sandbox.gate import GateNews

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hospital_bridge.verticals.transit.taps import Tap


class Link(Protocol):
    """The way to the API; both raise ConnectionError where there is no network, or where an answer was lost."""

    def post(self, path: str, body: Mapping[str, Any], once: str) -> Mapping[str, Any]:
        """Send something; the same `once` is the same act."""

    def get(self, path: str) -> Mapping[str, Any]:
        """Read something."""


@dataclass(frozen=True, slots=True)
class Office:
    """`Centre` for one gate; what it sends and gets passes through JSON values."""

    link: Link
    gate_id: str

    def take(self, taps: Sequence[Tap]) -> None:
        """Tell the taps, so many at a time as the API takes."""
        for start in range(0, len(taps), MOST_TAPS):
            part = taps[start : start + MOST_TAPS]
            # What was not told for certain is a new telling: the taps themselves are known again by their numbers.
            once = f"{self.gate_id}-{part[0].gate_no}-{part[-1].gate_no}"
            self.link.post("transit/taps", {"gate": self.gate_id, "taps": [_told(tap) for tap in part]}, once)

    def news(self) -> GateNews:
        """The keys and the blacklist of now."""
        told = self.link.get("transit/gate-news")
        blocked = told["blacklist"]
        return GateNews(
            KeyRing(_key(key) for key in told["keys"]), Blacklist(blocked["version"], frozenset(blocked["accounts"]))
        )


def _told(tap: Tap) -> Mapping[str, Any]:
    return {
        "tap": tap.gate_no,
        "account": tap.account,
        "at": tap.at.isoformat(),
        "kind": tap.kind.value,
        "stop": tap.stop_id,
        "line": tap.line_id,
        "code": tap.code_id,
    }


def _key(told: Mapping[str, Any]) -> IssuerKey:
    return IssuerKey(
        told["issuer"],
        told["number"],
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(told["public"])),
        datetime.fromisoformat(told["begins"]),
        datetime.fromisoformat(told["ends"]),
    )
