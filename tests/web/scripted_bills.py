"""Bills of the scripted hospital: canned, one for each state in which a patient can find one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.news import ChargeItem
from adapters.values import Fen
from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import Go, PageRequest, PaymentView, View
from hospital_bridge.verticals.hospital.bills.bill import OPEN, UNDER_WAY, Bill, State

TOLD_AT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
PAY_UNTIL = TOLD_AT + timedelta(minutes=20)
ITEMS = (
    ChargeItem("0201", "血常规检查", "1", Fen(2_500)),
    ChargeItem("0318", "心电图（十二导联）", "1", Fen(4_000)),
    ChargeItem("1120", "阿司匹林肠溶片 100mg×30片", "2", Fen(3_780)),
)
OWN, INSURANCE, ACCOUNT = 6_168, 3_112, 1_000


def bill(number: int, state: State, *, insured: bool = True, at_window: bool = False, reason: str = "") -> Bill:
    own, insurance, account = (OWN, INSURANCE, ACCOUNT) if insured else (OWN + INSURANCE + ACCOUNT, 0, 0)
    return Bill(
        bill_id=f"{number:032x}",
        bill_no=f"MZ202611240{number:04d}",
        subject_id="5" * 32,
        mrn="90000000042",
        filler_id="A000017",
        department_name="心血管内科",
        practitioner_name="陈思远",
        items=ITEMS,
        total_fen=Fen(own + insurance + account),
        insurance_fen=Fen(insurance),
        account_fen=Fen(account),
        self_pay_fen=Fen(own),
        at_window=at_window,
        told_at=TOLD_AT,
        state=state,
        orders=int(state is not State.ISSUED),
        reason=reason,
    )


def payment(of: Bill, situation: str, pay_page: str) -> PaymentView:
    return PaymentView(
        payment_id=of.bill_id,
        situation=situation,
        amount_fen=of.self_pay_fen,
        refunded_fen=of.self_pay_fen if situation == "refunded" else Fen(0),
        merchant_order_no=of.bill_id,
        provider_trade_no="",
        expires_at=PAY_UNTIL,
        reason="",
        receipt_no="R2026112400021" if situation == "done" else "",
        pay_url=f"{pay_page}?order={of.bill_id}" if situation == "awaiting" else "",
        moving=situation in ("opening", "awaiting", "confirming", "refunding"),
    )


def show_bills(_: PageRequest, scope: Any) -> View:
    mine = list(scope.bills.values())
    return View(
        "bills.html",
        {
            "may_set_up": False,
            "to_pay": [each for each in mine if each.state in OPEN],
            "settled": [each for each in mine if each.state is State.SETTLED],
            "over": [each for each in mine if each.state not in OPEN and each.state is not State.SETTLED],
        },
    )


def show_bill(request: PageRequest, scope: Any) -> View:
    found = _found(request, scope)
    paid = scope.payments.get(found.bill_id)
    data = {
        "bill": found,
        "record_number": found.mrn,
        "payment": paid,
        "place": "门诊楼 3 层 A 区",
        "stay": None,
        "window": "门诊楼 1 层 收费处",
        "is_payer": scope.is_payer,
        "too_late": False,
        "earlier": scope.earlier,
        "is_checked": any(one.situation == "checking" for one in (*scope.earlier, *([paid] if paid else ()))),
    }
    moving = found.state in UNDER_WAY or (paid is not None and paid.moving)
    return View("bill.html", data, refresh_seconds=2 if moving else None)


def pay(request: PageRequest, scope: Any) -> Go:
    found = _found(request, scope)
    scope.charge(State.ORDERED, "awaiting", bill_id=found.bill_id)
    return Go("bill", {"bill": found.bill_id})


def give_up(request: PageRequest, scope: Any) -> Go:
    found = _found(request, scope)
    scope.charge(State.CLOSING, "closed", bill_id=found.bill_id)
    return Go("bill", {"bill": found.bill_id})


def _found(request: PageRequest, scope: Any) -> Bill:
    found: Bill | None = scope.bills.get(request.data["bill"])
    if found is None:
        raise BridgeError("HB-R002")
    return found


HANDLERS: dict[str, Callable[[PageRequest, Any], View | Go]] = {
    "bills": show_bills,
    "bill": show_bill,
    "bill.pay": pay,
    "bill.give_up": give_up,
}
