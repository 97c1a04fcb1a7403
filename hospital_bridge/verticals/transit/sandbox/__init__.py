"""The world outside of the operator's own systems, to play with: gates and phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.verticals.transit.ride_code import RideRefused
from hospital_bridge.verticals.transit.sandbox.gate import Gate, Standing
from hospital_bridge.verticals.transit.sandbox.office import Office
from hospital_bridge.verticals.transit.taps import TapKind

if TYPE_CHECKING:
    from hospital_bridge.verticals.transit.sandbox.office import Link

__all__ = ["Gate", "RideRefused", "gate"]


def gate(link: Link, gate_id: str, kind: str, stop_id: str, line_id: str = "") -> tuple[Gate, Office]:
    """A gate that has been connected once, and its end of the API."""
    office = Office(link, gate_id)
    return Gate(Standing(gate_id, TapKind(kind), stop_id, line_id, stake_fen=400), office.news()), office
