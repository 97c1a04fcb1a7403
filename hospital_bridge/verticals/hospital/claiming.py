"""What had come for a record number before anybody bound it finds its person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.bills import matching
from hospital_bridge.verticals.hospital.results import arrival

if TYPE_CHECKING:
    from hospital_bridge.slot import Scope


def hand_over(scope: Scope, number_index: str) -> None:
    """Job: the bills and the reports of that record number go to whoever holds it now."""
    matching.hand_over(scope, number_index)
    with scope.begin() as work:
        arrival.attach_waiting(work, number_index)
