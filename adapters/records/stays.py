"""Stays that the hospital tells of, out of records."""

from __future__ import annotations

from adapters.records import Record
from adapters.records.conventions import Conventions
from adapters.records.directory import patient
from adapters.records.fields import Fields
from adapters.stays import StayTold
from adapters.sums import NOTHING


def stay(record: Record, conventions: Conventions) -> StayTold:
    """A stay that is open, or settled; Malformed where its settlement contradicts its surplus."""
    fields = Fields(record, conventions)
    return StayTold(
        stay_no=fields.required_number("stay_no"),
        patient=patient(record, conventions),
        ward=fields.text("ward"),
        balance_fen=fields.required_amount("balance"),
        is_settled=fields.holds("settled"),
        surplus_fen=fields.amount("surplus") or NOTHING,
        told_at=fields.required_instant("told_at"),
    )
