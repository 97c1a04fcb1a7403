"""Where people rode is forgotten in time: what a day cost stays, how it came about does not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.transit.store import taps

if TYPE_CHECKING:
    from hospital_bridge.slot import Scope

TIDY = "transit.forget_taps"
KEPT = timedelta(days=3 * 365)
"""As long as a rider may dispute a charge."""


def forget_taps(scope: Scope, _operator_id: str) -> None:
    """Job of each day: drop the taps that are older than that."""
    with scope.begin() as work:
        taps.forget_before(work, work.now - KEPT)
