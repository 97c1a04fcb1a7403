"""A stay on the scripted site: its page, and deposits that are as the test has put them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from adapters.values import Fen
from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import Go, PageRequest, View
from hospital_bridge.verticals.hospital.stays.stay import Deposit, State, Stay

AT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
STAY_ID = "7" * 32


def stay(*, settled: bool = False) -> Stay:
    return Stay(STAY_ID, "ZY20261100042", "90000000042", "心内科三病区", Fen(120_000), settled, Fen(0), AT)


def deposit(number: int, state: State, payer: str = "") -> Deposit:
    return Deposit(f"{number:032x}", STAY_ID, payer, Fen(50_000), AT, state, f"{number:032x}")


def _show(request: PageRequest, scope: Any) -> View:
    if not scope.stays:
        raise BridgeError("HB-R002")
    onto = [(each, scope.payments[each.payment_id]) for each in scope.deposits]
    data = {"stay": scope.stays[0], "deposits": onto, "payer": "", "least": 100, "most": 20_000}
    return View("stay.html", data)


HANDLERS: dict[str, Callable[[PageRequest, Any], View | Go]] = {
    "stay": _show,
    "stay.deposit": lambda _, __: Go("stay", {"stay": STAY_ID}),
}
