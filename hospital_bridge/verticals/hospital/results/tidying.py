"""Reports that found nobody in time are dropped: the hospital keeps its own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.results.arrival import see_what_stands
from hospital_bridge.verticals.hospital.store import parked_reports

if TYPE_CHECKING:
    from hospital_bridge.slot import Scope

TIDY = "hospital.forget_parked"


def forget_parked(scope: Scope, _operator_id: str) -> None:
    """Job of each day: drop what has waited longer than the hospital wants."""
    with scope.begin() as work:
        before = work.now - timedelta(days=scope.settings["parked_days"])
        for report_no in parked_reports.forget_before(work, before):
            see_what_stands(work, report_no)
