"""What a person may see and have forgotten: their points, and what they bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import StillNeeded
from hospital_bridge.verticals.district.points import Earned
from hospital_bridge.verticals.district.selling.purchase import State
from hospital_bridge.verticals.district.store import offers, points, purchases

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import VerticalWork


def export_member(work: VerticalWork, subject_id: str) -> Mapping[str, Any]:
    """Everything that the mall keeps of the person."""
    return {"points": export_points(work, subject_id), "purchases": export_purchases(work, subject_id)}


def export_purchases(work: VerticalWork, subject_id: str) -> list[Mapping[str, Any]]:
    """What the person bought, where and for how much."""
    return [
        {
            "at": purchase.opened_at.isoformat(),
            "shop": purchase.shop_id,
            "price_fen": purchase.price_fen,
            "paid_fen": purchase.paid_fen,
            "state": purchase.state.value,
        }
        for purchase in purchases.of_subject(work, subject_id)
    ]


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


def forget_member(work: VerticalWork, subject_id: str) -> None:
    """Drop the person's points, which they give up; what they bought stays in the books, of nobody.

    StillNeeded while a purchase waits for its money.
    """
    if any(purchase.state is State.ORDERED for purchase in purchases.of_subject(work, subject_id)):
        raise StillNeeded("This person has a purchase that is not paid yet; pay it, or have the shop call it off.")
    points.forget(work, subject_id)
    offers.forget(work, subject_id)
    purchases.forget(work, subject_id)
