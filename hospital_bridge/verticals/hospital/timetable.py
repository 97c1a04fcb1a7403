"""The slots that a page shows: at the morning rush the hospital is asked once for all who look at a practitioner.

Nothing is held, priced or booked from here: `schedule.offer` asks for the one slot afresh.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital import schedule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hospital_bridge.slot import Scope

SHOWN_FOR = timedelta(seconds=5)
"""How old the slots on a page may be; a patient looks at the page for longer than that."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a hospital's adapter said, and when."""

    by: object
    at: datetime
    days: Sequence[schedule.Day]


class Timetable:
    """The coming days of every practitioner who was looked at; who looks at one meanwhile waits for the answer."""

    def __init__(self) -> None:
        self._told: dict[Key, _Told] = {}
        self._asking: dict[Key, Lock] = {}

    def days(self, scope: Scope, department_code: str, practitioner_code: str) -> Sequence[schedule.Day]:
        """As `schedule.days`, at most `SHOWN_FOR` old; raises what the hospital's adapter raises and keeps nothing."""
        key = (scope.operator_id, department_code, practitioner_code)
        hospital = scope.port("HisScheduling")
        with self._asking.setdefault(key, Lock()):
            told = self._told.get(key)
            # Another adapter stands there after a reload, and a clock may be set back.
            if told is None or told.by is not hospital or not timedelta(0) <= scope.now() - told.at < SHOWN_FOR:
                told = _Told(hospital, scope.now(), schedule.days(scope, department_code, practitioner_code))
                self._told[key] = told
        return told.days

    def forget(self, scope: Scope, department_code: str, practitioner_code: str) -> None:
        """The next look asks the hospital: a patient of ours took a place or found it gone."""
        self._told.pop((scope.operator_id, department_code, practitioner_code), None)
