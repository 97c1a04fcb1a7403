"""The bills that a patient can come across, one in each state, and a stay, as browsers are shown them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hospital_bridge.verticals.hospital.bills.bill import State
from hospital_bridge.verticals.hospital.stays.stay import State as Deposited
from tests.web.scripted_hospital import ScriptedScope
from tests.web.scripted_stays import STAY_ID, deposit, stay

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
    """The address of the list, of each bill and of a stay with a deposit, put in place now."""
    kept = [scope.charge(state, situation, **changes) for state, situation, changes in BILLS]
    paid = next(bill_id for bill_id, (state, *_) in zip(kept, BILLS, strict=True) if state is State.SETTLED)
    scope.stays, scope.deposits = [stay()], [replace(deposit(1, Deposited.BOOKED), payment_id=paid)]
    return ["hospital/bills", *(f"hospital/bills/{bill_id}" for bill_id in kept), f"hospital/stays/{STAY_ID}"]
