"""Conventions and the whole record of each kind, which the tests then damage."""

from __future__ import annotations

from typing import Any

from adapters.records.conventions import Conventions, conventions_from
from adapters.records.schema import ConventionsSchema

TABLES: dict[str, Any] = {
    "sexes": {"1": "M", "2": "F", "9": "U"},
    "id_types": {"CN_ID": ["01", "身份证"], "PASSPORT": ["03"]},
    "sessions": {"S": "08:00-12:00"},
    "booking_states": {"0": "live", "9": "over"},
    "entry_kinds": {"1": "payment", "2": "refund"},
    "blanks": ["NULL"],
}

PATIENT = {
    "mrn": "100001",
    "visit_card_no": "NULL",
    "id_type": "01",
    "id_number": "999999198503120017",
    "patient_name": " 王 弢 ",
    "birth_date": "1985/3/12",
    "sex": "1",
}
SLOT = {
    "slot_id": "S1",
    "day": "2026-11-24",
    "starts_at": "8:30",
    "ends_at": "09:00",
    "remaining": "3",
    "fee": "10",
    "extra_fee": "40.00",
}
BOOKING = {"filler_id": "A1", "placer_id": "P1", "booking_state": "0"}
POSTING = {
    "serial": "S1",
    "entry_kind": "1",
    "amount": "120.00",
    "receipt_no": "R1",
    "occurred_at": "2026-11-23 10:00:00.000",
}


def conventions(**tables: Any) -> Conventions:
    return conventions_from(ConventionsSchema().load({**TABLES, **tables}))
