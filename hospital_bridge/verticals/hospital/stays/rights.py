"""What a person may ask about their stays: a copy, and to be forgotten."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import StillNeeded
from hospital_bridge.verticals.hospital.stays.stay import State
from hospital_bridge.verticals.hospital.store import stays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.stays.stay import Stay

UNDER_WAY = frozenset({State.ORDERED, State.PAID})


def export_stays(work: VerticalWork, subject_id: str) -> Sequence[Mapping[str, Any]]:
    """Every stay of the person with the deposits paid here; sums in fen."""
    return [
        {
            "number": stay.stay_no,
            "record_number": stay.mrn,
            "ward": stay.ward,
            "stage": stay.stage.value,
            "admitted_at": stay.admitted_at.isoformat() if stay.admitted_at else "",
            "discharged_at": stay.discharged_at.isoformat() if stay.discharged_at else "",
            "balance_fen": stay.balance_fen,
            "settled": stay.is_settled,
            **_settlement(stay),
            "deposits": [
                {
                    "amount_fen": each.amount_fen,
                    "state": each.state.value,
                    "reason": each.reason,
                    "ordered_at": each.ordered_at.isoformat(),
                }
                for each in stays.deposits(work, stay.stay_id)
            ],
        }
        for stay in stays.of_subject(work, subject_id)
    ]


def _settlement(stay: Stay) -> Mapping[str, Any]:
    parts = asdict(stay.shares) if stay.shares else {}
    return {**{f"{name}_fen": fen for name, fen in parts.items()}, "due_fen": stay.due_fen}


def forget_stays(work: VerticalWork, subject_id: str) -> None:
    """Forget the stays; StillNeeded while a deposit is being paid, or lies on one that is not settled."""
    for stay in stays.of_subject(work, subject_id):
        states = {each.state for each in stays.deposits(work, stay.stay_id)}
        if states & UNDER_WAY or (State.BOOKED in states and not stay.is_settled):
            raise StillNeeded("A deposit of this person is under way or lies on a stay that is not settled.")
    stays.forget_subject(work, subject_id)
