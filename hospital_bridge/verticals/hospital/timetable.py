"""The slots that a page shows; `schedule.offer` asks for the one that is booked afresh."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital import schedule

if TYPE_CHECKING:
    from hospital_bridge.slot import Scope


def coming_days(scope: Scope, department_code: str, practitioner_code: str) -> list[schedule.Day]:
    """The slots of the coming days that are still to start; days without any are left out."""
    now, his = scope.now(), scope.shown("HisScheduling")
    today = now.astimezone(scope.timezone).date()
    coming = (today + timedelta(days=ahead) for ahead in range(scope.settings["horizon_days"]))
    days = [schedule.Day(day, schedule.upcoming(his, now, department_code, practitioner_code, day)) for day in coming]
    return [day for day in days if day.slots]
