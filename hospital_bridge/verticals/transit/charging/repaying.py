"""A rider pays a day that became a debt; when it is paid, the gates open again with their next sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Right
from hospital_bridge.verticals.transit.charging import closing
from hospital_bridge.verticals.transit.charging.day_charge import DayCharge, Event, State
from hospital_bridge.verticals.transit.store import accounts, day_charges

if TYPE_CHECKING:
    from hospital_bridge.slot import Scope, VerticalWork


def repay(scope: Scope, wallet_user_id: str, day_id: str) -> bool:
    """Open a new order for the debt; False where the day is none, or an order for it stands."""
    with scope.begin() as work:
        day = theirs(work, wallet_user_id, day_charges.get(work, day_id, lock=True))
        if day.state is not State.DEBT:
            return False
        closing.order(work, day.ordered(Event.ORDERED_AGAIN, day.charged_fen))
        work.audit.record(wallet_user_id, "day.ordered_again", day_id)
    return True


def theirs(work: VerticalWork, wallet_user_id: str, day: DayCharge) -> DayCharge:
    """The day, if the wallet user may pay for its rider at this moment; others are told that there is none."""
    account = accounts.get(work, day.account_id)
    if not work.subjects.may(wallet_user_id, account.subject_id, Right.PAY):
        raise day_charges.NoSuchDay(day.day_id)
    return day
