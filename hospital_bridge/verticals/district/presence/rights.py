"""What a person may see and have forgotten of their visits: agreements, arrivals, days that were counted, numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hospital_bridge.verticals.district.dining import joining
from hospital_bridge.verticals.district.store import consents, members, presences
from hospital_bridge.verticals.district.waitlist import guests_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hospital_bridge.slot import VerticalWork


def export_visits(work: VerticalWork, subject_id: str) -> Mapping[str, Any]:
    """Everything that is kept of where the person went in the mall; there is no place in it but the shops' names."""
    member, months = members.of_subject(work, subject_id)
    return {
        "agreements": [
            {"purpose": row.purpose, "given_at": _said(row.given_at), "withdrawn_at": _said(row.withdrawn_at)}
            for row in consents.of_subject(work, subject_id)
        ],
        "arrivals": [
            {"shop": shop_id, "near_since": _said(one.near_since), "greeted_at": _said(one.told_at)}
            for shop_id, one in presences.of_subject(work, subject_id).items()
        ],
        "age_group": member.age if member else None,
        "days_of_visits": {row.month: row.days for row in months},
        "restaurant_numbers": [
            {"line": one.line_id, "number": one.display_number, "guests": guests_of(one), "state": one.state.value}
            for one in joining.numbers(work, subject_id)
        ],
    }


def forget_visits(work: VerticalWork, subject_id: str) -> None:
    """Drop all of it; a number that still stands in a line is given back."""
    joining.give_up(work, subject_id)
    presences.forget(work, subject_id)
    members.forget(work, subject_id)
    consents.forget(work, subject_id)


def _said(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
