"""The bills that a patient can come across, one in each state, as browsers are shown them."""

from __future__ import annotations

from typing import Any

from hospital_bridge.verticals.hospital.bills.bill import State
from tests.web.scripted_hospital import ScriptedScope

BILLS: tuple[tuple[State, str, dict[str, Any]], ...] = (
    (State.ISSUED, "", {}),
    (State.ISSUED, "", {"insured": False}),
    (State.ISSUED, "", {"at_window": True}),
    (State.ISSUED, "closed", {"reason": "bill_changed"}),
    (State.ORDERED, "awaiting", {}),
    (State.CLOSING, "closed", {"reason": "bill_changed"}),
    (State.WITHDRAWING, "closed", {}),
    (State.PAID, "confirming", {}),
    (State.SETTLED, "done", {}),
    (State.REFUSED, "refunding", {"reason": "already_paid"}),
    (State.REFUNDED, "refunded", {}),
    (State.WITHDRAWN, "closed", {}),
)


def bill_pages(scope: ScriptedScope) -> list[str]:
    """The address of the list and of each bill, put in place now."""
    kept = [scope.charge(state, situation, **changes) for state, situation, changes in BILLS]
    return ["hospital/bills", *(f"hospital/bills/{bill_id}" for bill_id in kept)]
