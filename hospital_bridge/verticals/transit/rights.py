"""What a person may see and have forgotten of their journeys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import StillNeeded
from hospital_bridge.verticals.transit.boarding import queue
from hospital_bridge.verticals.transit.charging.day_charge import State
from hospital_bridge.verticals.transit.store import accounts, day_charges, taps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import VerticalWork

OVER = frozenset({State.PAID, State.REFUNDED})


def export_journeys(work: VerticalWork, subject_id: str) -> Mapping[str, Any]:
    """Every tap and every day of the person's account, and every place in a boarding queue, in words."""
    account = accounts.of_subject(work, subject_id)
    boarding = [
        {"queue": ticket.line_id, "number": ticket.display_number, "state": ticket.state.value}
        for ticket in work.lines.of_subject(subject_id)
    ]
    if account is None:
        return {"taps": [], "days": [], "boarding": boarding}
    return {
        "boarding": boarding,
        "taps": [
            {"at": tap.at.isoformat(), "kind": tap.kind.value, "stop": tap.stop_id, "line": tap.line_id}
            for tap in taps.all_of_account(work, account.account_id)
        ],
        "days": [
            {"day": day.service_day.isoformat(), "charged_fen": day.charged_fen, "state": day.state.value}
            for day in day_charges.of_account(work, account.account_id)
        ],
    }


def forget_journeys(work: VerticalWork, subject_id: str) -> None:
    """Leave the boarding queue and drop where the person rode; the sums of the days stay, of nobody.

    StillNeeded while one is not paid.
    """
    account = accounts.of_subject(work, subject_id)
    if account is not None and any(day.state not in OVER for day in day_charges.of_account(work, account.account_id)):
        raise StillNeeded("This person has rides that are not paid yet; they are charged within days.")
    standing = queue.standing(work, subject_id)
    if standing is not None:
        queue.leave(work, standing, "bridge")
    if account is None:
        return
    taps.forget_account(work, account.account_id)
    accounts.forget(work, account.account_id)
