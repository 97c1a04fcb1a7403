"""The slots that a page shows: at the morning rush the hospital is asked once for all who look at a practitioner.

Nothing is held, priced or booked from here: `schedule.offer` asks for the one slot afresh.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital import schedule
from hospital_bridge.verticals.hospital.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from adapters.values import Slot
    from hospital_bridge.slot import Scope

SHOWN_FOR = timedelta(seconds=5)
"""How old the slots on a page may be; a patient looks at the page for longer than that."""

_PORT = "HisScheduling"


class Timetable:
    """The coming days of every practitioner who was looked at."""

    def __init__(self) -> None:
        self._memory = Memory(SHOWN_FOR)

    def days(self, scope: Scope, department_code: str, practitioner_code: str) -> list[schedule.Day]:
        """The slots of the coming days that are still to start; days without any are left out."""
        today = scope.now().astimezone(scope.timezone).date()
        coming = (today + timedelta(days=ahead) for ahead in range(scope.settings["horizon_days"]))
        days = [schedule.Day(day, self._slots(scope, department_code, practitioner_code, day)) for day in coming]
        return [day for day in days if day.slots]

    def forget(self, scope: Scope, department_code: str, practitioner_code: str) -> None:
        """The next look asks the hospital: a patient of ours took a place or found it gone."""
        self._memory.forget(scope, _PORT, department_code, practitioner_code)

    def _slots(self, scope: Scope, department_code: str, practitioner_code: str, day: date) -> Sequence[Slot]:
        question = (department_code, practitioner_code, day)
        return self._memory.recall(
            scope,
            _PORT,
            question,
            lambda his: schedule.upcoming(his, scope.now(), department_code, practitioner_code, day),
        )
