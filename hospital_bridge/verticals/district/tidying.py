"""Who bought what, and who queued for what, is forgotten in time; what it came to stays in the mall's books."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.district.store import offers, points, purchases

if TYPE_CHECKING:
    from hospital_bridge.slot import Scope

TIDY = "district.forget_buyers"
KEPT = timedelta(days=3 * 365)
"""As long as a buyer may come back to a shop with a purchase."""

QUEUE_KEPT = timedelta(days=30)
"""As long as somebody may ask why they got no coupon."""


def forget_buyers(scope: Scope, _operator_id: str) -> None:
    """Job of each day: whose old purchases were, who came for what is long over, and points of which none are left."""
    with scope.begin() as work:
        purchases.forget_before(work, work.now - KEPT)
        offers.forget_comers(work, work.now - QUEUE_KEPT)
        for subject_id in points.idle_since(work, work.now - KEPT):
            points.forget(work, subject_id)
