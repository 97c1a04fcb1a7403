"""What a person may see and have forgotten of their points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hospital_bridge.verticals.district.points import Earned
from hospital_bridge.verticals.district.store import points

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import VerticalWork


def export_points(work: VerticalWork, subject_id: str) -> Mapping[str, Any]:
    """Everything that happened to the person's points, and what they have now."""
    account = points.account(work, subject_id)
    return {
        "balance": account.balance(work.now),
        "owed": account.owed,
        "events": [
            {
                "at": event.at.isoformat(),
                "what": type(event).__name__,
                "points": event.points,
                "until": event.expires_at.isoformat() if isinstance(event, Earned) else None,
            }
            for event in points.events(work, subject_id)
        ],
    }


def forget_points(work: VerticalWork, subject_id: str) -> None:
    """Drop the person's points; whoever asks for it gives them up."""
    points.forget(work, subject_id)
