"""What a person may ask about their bills: a copy, and to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import StillNeeded
from hospital_bridge.verticals.hospital.bills.bill import UNDER_WAY
from hospital_bridge.verticals.hospital.store import bills

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hospital_bridge.slot import VerticalWork


def export_bills(work: VerticalWork, subject_id: str) -> Sequence[Mapping[str, Any]]:
    """Every bill of the person, in words; sums in fen."""
    return [
        {
            "number": bill.bill_no,
            "department": bill.department_name,
            "practitioner": bill.practitioner_name,
            "told_at": bill.told_at.isoformat(),
            "record_number": bill.mrn,
            "items": [
                {"name": item.name, "quantity": item.quantity, "amount_fen": item.amount_fen} for item in bill.items
            ],
            "total_fen": bill.total_fen,
            "insurance_fen": bill.insurance_fen,
            "account_fen": bill.account_fen,
            "self_pay_fen": bill.self_pay_fen,
            "state": bill.state.value,
        }
        for bill in bills.of_subject(work, subject_id)
    ]


def forget_bills(work: VerticalWork, subject_id: str) -> None:
    """Forget the bills; StillNeeded while one of them is being paid."""
    if any(bill.state in UNDER_WAY for bill in bills.of_subject(work, subject_id)):
        raise StillNeeded("A bill of this person is being paid; try again when it is settled.")
    bills.forget_subject(work, subject_id)
