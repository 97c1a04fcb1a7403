"""The permanent code of each refusal of a line."""

from __future__ import annotations

from collections.abc import Mapping

from hospital_bridge.errors import BridgeError
from queueing.commands import Refusal, Refused
from queueing.ticket import IllegalTransition

CODES: Mapping[Refusal, str] = {
    Refusal.UNKNOWN_TICKET: "HB-Q002",
    Refusal.UNKNOWN_DESK: "HB-Q002",
    Refusal.NO_LINE: "HB-Q002",
    Refusal.DESK_NOT_OPEN: "HB-Q003",
    Refusal.DESK_TAKEN: "HB-Q003",
    Refusal.OTHER_DESK: "HB-Q004",
    Refusal.ALREADY_IN_LINE: "HB-Q005",
    Refusal.REASON_NEEDED: "HB-Q006",
    Refusal.NOTHING_TO_UNDO: "HB-Q007",
    Refusal.OTHER_COMMAND: "HB-Q008",
}


def as_error(fault: Refused | IllegalTransition) -> BridgeError:
    """What a person is told of it."""
    return BridgeError("HB-Q001" if isinstance(fault, IllegalTransition) else CODES[fault.refusal])
