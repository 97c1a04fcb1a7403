"""A tap: one opening of a gate or one boarding, as the gate kept it until it could tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TapKind(StrEnum):
    """OUT and IN at a station's gates; BOARD on a vehicle whose riders tap once. In this order where instants agree."""

    OUT = "out"
    IN = "in"
    BOARD = "board"


_ORDER = {kind: place for place, kind in enumerate(TapKind)}


@dataclass(frozen=True, slots=True)
class Tap:
    """What a gate let through; `gate_no` counts the gate's taps, `line_id` is told by a vehicle only.

    `account` is opaque. `code_id` is the same wherever one and the same code was shown.
    """

    account: str
    at: datetime
    kind: TapKind
    stop_id: str
    gate_id: str
    gate_no: int
    code_id: str
    line_id: str = ""

    @property
    def place(self) -> tuple[str, datetime, int, str, int, str, str, str]:
        """Where the tap stands among all taps, whatever the order in which they arrive; no two taps share one."""
        which = (self.gate_id, self.gate_no, self.stop_id, self.code_id, self.line_id)
        return (self.account, self.at, _ORDER[self.kind], *which)
