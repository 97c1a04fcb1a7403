"""The clinic calendar: every doctor's sessions follow from the date alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hospital_bridge.sandbox.hospital.model import Doctor, Session

ZONE = ZoneInfo("Asia/Shanghai")
OPEN_DAYS = 7
_SESSION = timedelta(minutes=30)
_MORNING = tuple(time(hour, minute) for hour in (8, 9, 10, 11) for minute in (0, 30))
_AFTERNOON = tuple(time(hour, minute) for hour in (14, 15, 16) for minute in (0, 30))


def sessions(doctor: Doctor, day: date) -> Iterator[Session]:
    """One doctor's sessions of a day: mornings for all, afternoons on every other weekday."""
    for start in _MORNING + (_AFTERNOON if _has_afternoon(doctor, day) else ()):
        starts_at = datetime.combine(day, start, ZONE)
        yield Session(
            session_id=f"{doctor.code}-{starts_at:%Y%m%d%H%M}",
            doctor=doctor,
            starts_at=starts_at,
            ends_at=starts_at + _SESSION,
            capacity=_capacity(doctor),
        )


def session_day(session_id: str) -> date | None:
    """The day that a session id names, None for a text that names none."""
    start = session_id.rpartition("-")[2]
    try:
        return datetime.strptime(start, "%Y%m%d%H%M").replace(tzinfo=ZONE).date()
    except ValueError:
        return None


def is_open(day: date, now: datetime) -> bool:
    """Whether that day can be booked: today and the six days after it."""
    today = now.astimezone(ZONE).date()
    return today <= day < today + timedelta(days=OPEN_DAYS)


def _has_afternoon(doctor: Doctor, day: date) -> bool:
    return (day.toordinal() + int(doctor.code[-1])) % 2 == 0


def _capacity(doctor: Doctor) -> int:
    return 3 if doctor.title == "主任医师" else 6
