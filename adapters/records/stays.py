"""Stays that the hospital tells of, out of records."""

from __future__ import annotations

from adapters.errors import Malformed
from adapters.records import Record
from adapters.records.conventions import Conventions
from adapters.records.directory import patient
from adapters.records.fields import Fields
from adapters.stays import Stage, StayTold
from adapters.sums import NOTHING, Shares, not_negative, shares_of


def stay(record: Record, conventions: Conventions) -> StayTold:
    """A stay as it stands, open or settled; Malformed where its sums contradict each other."""
    fields = Fields(record, conventions)
    discharged_at = fields.instant("discharged_at")
    is_settled = fields.holds("settled")
    return StayTold(
        stay_no=fields.required_number("stay_no"),
        patient=patient(record, conventions),
        ward=fields.text("ward"),
        balance_fen=fields.required_amount("balance"),
        is_settled=is_settled,
        surplus_fen=fields.amount("surplus") or NOTHING,
        told_at=fields.required_instant("told_at"),
        stage=_stage(cancelled=fields.holds("cancelled"), left=discharged_at is not None),
        admitted_at=fields.instant("admitted_at"),
        discharged_at=discharged_at,
        asked_fen=fields.amount("asked") or NOTHING,
        shares=_shares(fields) if is_settled else None,
        deposits_fen=not_negative(fields.amount("deposits"), "deposits") if is_settled else None,
        due_fen=fields.amount("due") or NOTHING,
        settlement_no=fields.number("settlement_no"),
    )


def _stage(*, cancelled: bool, left: bool) -> Stage:
    if cancelled:
        return Stage.CANCELLED
    return Stage.DISCHARGED if left else Stage.ADMITTED


def _shares(fields: Fields) -> Shares | None:
    total = not_negative(fields.amount("total"), "total")
    insurance, account, self_pay = (fields.amount(name) for name in ("insurance", "account", "self_pay"))
    if total is not None:
        return shares_of(total, insurance, account, self_pay, "self_pay")
    if any(each is not None for each in (insurance, account, self_pay)):
        raise Malformed("total is missing")
    return None
