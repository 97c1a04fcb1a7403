"""The code that a screen in the hall shows for checking in: signed, for one place, and new every half minute.

A picture of it that was sent home is worth nothing a minute later; the phone that scans it must be signed in besides
(reference/queue.md section 5).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import VerticalWork

LIVES = timedelta(seconds=30)
PRESSED_WITHIN = timedelta(minutes=2)
"""How long after its time a code still counts for the button of the page that it opened."""

_KIND = "hospital.arrival_code"
_SIGNATURE_LENGTH = 32


class Fault(StrEnum):
    """Why a code is not believed: FORGED was not made here, STALE was, but is no longer or not yet shown."""

    FORGED = "forged"
    STALE = "stale"


class CodeRefused(Exception):
    """The code opens nothing; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"arrival code refused: {fault}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class ArrivalCode:
    """What one screen shows in one half minute; `place` is what the device stands before, in one word."""

    place: str
    window: int
    signature: str

    @property
    def parameters(self) -> Mapping[str, str]:
        """As the query of the address that the QR code holds."""
        return {"at": self.place, "w": str(self.window), "s": self.signature}


def show(work: VerticalWork, place: str) -> ArrivalCode:
    """The code of this half minute."""
    window = _window(work.now)
    return ArrivalCode(place, window, _sign(work, place, window))


def check(work: VerticalWork, shown: ArrivalCode, age: timedelta = LIVES) -> str:
    """The place that the code was shown at, in this half minute or at most `age` before it; else CodeRefused."""
    if not hmac.compare_digest(_sign(work, shown.place, shown.window).encode(), shown.signature.encode()):
        raise CodeRefused(Fault.FORGED)
    if not 0 <= _window(work.now) - shown.window <= age // LIVES:
        raise CodeRefused(Fault.STALE)
    return shown.place


def _window(now: datetime) -> int:
    return int(now.timestamp() // LIVES.total_seconds())


def _sign(work: VerticalWork, place: str, window: int) -> str:
    return work.seal.index(_KIND, f"{window}|{place}")[:_SIGNATURE_LENGTH]
