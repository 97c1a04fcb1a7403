"""A stay on the scripted site: its page, and deposits that are as the test has put them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.stays import Stage
from adapters.sums import Shares
from adapters.values import Fen
from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import Go, PageRequest, View
from hospital_bridge.verticals.hospital.bills.bill import State as Billed
from hospital_bridge.verticals.hospital.stays import reckoning, shortfall
from hospital_bridge.verticals.hospital.stays.stay import Deposit, State, Stay
from tests.web import scripted_bills

AT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
STAY_ID = "7" * 32


def stay(*, settled: bool = False, **more: Any) -> Stay:
    plain = Stay(STAY_ID, "ZY20261100042", "90000000042", "心内科三病区", Fen(120_000), settled, Fen(0), AT)
    return replace(plain, admitted_at=AT - timedelta(days=4), **more)


def over(*, surplus: int = 0, returned: int = 0, due: int = 0) -> Stay:
    """A settled stay of 18,300.50 yuan."""
    shares = Shares(Fen(1_830_050), Fen(1_200_000), Fen(80_050), Fen(550_000))
    sums = {"surplus_fen": Fen(surplus), "returned_fen": returned, "due_fen": Fen(due)}
    deposits = Fen(550_000 + surplus - due)
    return stay(settled=True, shares=shares, deposits_fen=deposits, stage=Stage.DISCHARGED, discharged_at=AT, **sums)


def deposit(number: int, state: State, payer: str = "", reason: str = "") -> Deposit:
    return Deposit(f"{number:032x}", STAY_ID, payer, Fen(50_000), AT, state, f"{number:032x}", reason=reason)


def _show(request: PageRequest, scope: Any, not_taken: str = "") -> View | Go:
    if not scope.stays:
        raise BridgeError("HB-R002")
    onto = [(each, scope.payments[each.payment_id]) for each in scope.deposits]
    bill = next((each for each in scope.bills.values() if each.stay_no), None)
    order = reckoning.open_order(scope.stays[0], onto, "")
    if order and (not_taken or request.errors):
        return Go("stay", {"stay": STAY_ID})
    data = {"stay": scope.stays[0], "bill": bill, "deposits": onto, "order": order, "not_taken": not_taken}
    due = shortfall.due_of(bill, scope.payments.get(bill.bill_id) if bill else None)
    data |= {"due": due, "window": "1F", "too_late": False, "money": reckoning.money_of(scope.stays[0], onto)}
    if not_taken:
        data["typed"] = {"yuan": str(request.data["yuan"])}
    return View("stay.html", data | {"least": 100, "most": 20_000}, status=409 if not_taken else 200)


def _deposit(request: PageRequest, scope: Any) -> View | Go:
    """One that is too large is not taken; any other one is an order, of which one is open at a time."""
    if request.data["yuan"] > 20_000:
        return _show(request, scope, "limits")
    if not any(each.state is State.ORDERED for each in scope.deposits):
        order = deposit(100 + len(scope.deposits), State.ORDERED)
        scope.deposits.insert(0, order)
        pattern = scripted_bills.payment(scripted_bills.bill(1, Billed.ORDERED), "opening", "")
        scope.payments[order.payment_id] = replace(pattern, payment_id=order.payment_id, amount_fen=order.amount_fen)
    return Go("stay", {"stay": STAY_ID})


HANDLERS: dict[str, Callable[[PageRequest, Any], View | Go]] = {
    "stay": _show,
    "stay.deposit": _deposit,
}
