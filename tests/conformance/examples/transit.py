"""Transit: a rider with a code, taps, a day that is paid, a place in a queue; another's day that is still open."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from adapters.values import EntryKind, Fen, WalletAccount
from hospital_bridge.slot import PaidSale, VerticalWork
from hospital_bridge.verticals.transit import dispatching, issuing, operating
from hospital_bridge.verticals.transit.boarding import places, queue
from hospital_bridge.verticals.transit.charging import closing
from hospital_bridge.verticals.transit.charging.day_charge import DayCharge, State
from hospital_bridge.verticals.transit.disruption import Disruption, Kind
from hospital_bridge.verticals.transit.store import day_charges, disruptions, receipts, taps
from hospital_bridge.verticals.transit.taps import Tap, TapKind
from tests.conformance.candidates import Example
from tests.verticals.transit.linjiang import FEED

SETTINGS = {
    "feed": str(FEED),
    "issuer": "linjiang",
    "issuer_keys": [
        {
            "number": 1,
            "private": base64.b64encode(bytes([1] * 32)).decode(),
            "begins": "2026-01-01T00:00:00+08:00",
            "ends": "2027-12-01T00:00:00+08:00",
        }
    ],
    "boarding": [{"line": "B18", "stop": "B01"}],
}
ENTRANCE, WAY_OUT, LINE = "S01", "S04", "M1"


def keep(work: VerticalWork, subject_id: str) -> Mapping[str, str]:
    yesterday = work.now - timedelta(days=1)
    day = _rode(work, subject_id, yesterday, gate_no=1)
    paid = replace(day, state=State.PAID, fare_fen=400, charged_fen=400, orders=1, payment_id=work.ids.new())
    day_charges.save(work, paid)
    receipts.enter(work, EntryKind.PAYMENT, _paid_sale(work, paid))
    queue.stand_in(work, places.places(work.settings)[0], subject_id, work.ids.new())
    others = _rode(work, work.ids.new(), work.now, gate_no=2)
    said = Disruption(work.ids.new(), LINE, Kind.DELAYED, work.now)
    disruptions.add(work, said)
    return {closing.CLOSE: others.day_id, closing.RECOUNT: paid.day_id, dispatching.TELL: said.disruption_id}


def _rode(work: VerticalWork, subject_id: str, at: datetime, gate_no: int) -> DayCharge:
    account = issuing.join(work, subject_id, _phone(work)).account_id
    for kind, stop, minutes in ((TapKind.IN, ENTRANCE, 0), (TapKind.OUT, WAY_OUT, 20)):
        then = at + timedelta(minutes=minutes)
        taps.add(work, Tap(account, then, kind, stop, f"G-{kind.value}", gate_no, work.ids.new()))
    day, _ = day_charges.ensure(work, account, operating.rules_of(work.settings).service_day(at))
    return day


def _phone(work: Any) -> str:
    phone: str = work.work.wallet_users.keep("alipay", WalletAccount("2088000000000001"), "zh-CN")
    return phone


def _paid_sale(work: VerticalWork, day: DayCharge) -> PaidSale:
    return PaidSale(
        serial=work.ids.new(),
        sale_ref=day.sale_ref,
        subject_id="",
        amount_fen=Fen(day.charged_fen),
        merchant_order_no=work.ids.new(),
        provider_trade_no="T1",
        occurred_at=work.now,
    )


EXAMPLE = Example(SETTINGS, keep)
