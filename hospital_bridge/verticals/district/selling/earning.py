"""The points of a purchase: one lot for what was paid, less as it is refunded."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.district.points import Earned, TakenBack
from hospital_bridge.verticals.district.store import points

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.district.selling.purchase import Purchase

ENDS = "district.points_end"
SAID_BEFORE = timedelta(days=7)
"""So long before points are lost their member is told."""

_YUAN = 100


def earn(work: VerticalWork, purchase: Purchase) -> int:
    """The points of a purchase that was paid, as a lot of their own; how many there are."""
    earned: int = purchase.paid_fen * work.settings["points_per_yuan"] // _YUAN
    if earned:
        ends = work.now + timedelta(days=work.settings["points_days"])
        points.write(work, purchase.subject_id, _source(purchase), Earned(purchase.purchase_id, earned, work.now, ends))
        run_at = max(work.now, ends - SAID_BEFORE)
        stream = f"{ENDS}:{purchase.purchase_id}"
        work.jobs.add(ENDS, purchase.purchase_id, stream=stream, dedupe_key=stream, run_at=run_at)
    return earned


def take_back(work: VerticalWork, purchase: Purchase, source: str, left_fen: int) -> None:
    """Leave the purchase the points of what of its money was not refunded; `source` names the refund, once for ever."""
    told = points.events(work, purchase.subject_id)
    lot = purchase.purchase_id
    earned = sum(event.points for event in told if isinstance(event, Earned) and event.lot_id == lot)
    back = sum(event.points for event in told if isinstance(event, TakenBack) and event.lot_id == lot)
    due = earned - back - (earned * left_fen // purchase.paid_fen if left_fen else 0)
    if due > 0:
        points.write(work, purchase.subject_id, source, TakenBack(lot, due, work.now))


def _source(purchase: Purchase) -> str:
    return f"purchase/{purchase.purchase_id}"
