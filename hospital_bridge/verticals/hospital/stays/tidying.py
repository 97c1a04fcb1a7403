"""Stays of nobody here, and stays that ended long ago, are dropped: the hospital keeps its own. Money rows stay."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.store import stays

if TYPE_CHECKING:
    from datetime import datetime

    from hospital_bridge.slot import Scope, VerticalWork
    from hospital_bridge.verticals.hospital.stays.stay import Stay

TIDY = "hospital.tidy_stays"
KEPT = timedelta(days=15 * 365)
"""How long a stay of somebody here is kept once it is over."""


def tidy(scope: Scope, _operator_id: str) -> None:
    """Job of each day: forget what nobody here has claimed for `parked_days`, and what ended before `KEPT`."""
    last = ""
    while True:
        with scope.begin() as work:
            unclaimed = work.now - timedelta(days=scope.settings["parked_days"])
            page = stays.told_before(work, unclaimed, after=last)
            for stay in page:
                if _is_done_with(work, stay, work.now - KEPT):
                    stays.forget(work, stay)
        if not page:
            return
        last = page[-1].stay_id


def _is_done_with(work: VerticalWork, stay: Stay, kept_since: datetime) -> bool:
    """Whether it ended too long ago, or is nobody's and no deposit was ever ordered onto it."""
    if not stay.takes_deposits and stay.told_at < kept_since:
        return True
    return not stays.holder_of(work, stay) and not stays.deposits(work, stay.stay_id)
