"""The clinic calendar: every doctor's sessions follow from the date alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hospital_bridge.sandbox.hospital.model import Doctor, Session

ZONE = ZoneInfo("Asia/Shanghai")
OPEN_DAYS = 7
ALL_HOURS = frozenset({"0902"})
"""The departments that never close; they give out places for the running day alone."""

_SESSION = timedelta(minutes=30)
_MORNING = tuple(time(hour, minute) for hour in (8, 9, 10, 11) for minute in (0, 30))
_AFTERNOON = tuple(time(hour, minute) for hour in (14, 15, 16) for minute in (0, 30))
_ALL_HOURS = (*(time(hour) for hour in range(24)), time(23, 59))
"""The last begins a minute before midnight: there is always one left of the day."""


def sessions(doctor: Doctor, day: date) -> Iterator[Session]:
    """One doctor's sessions of a day: mornings for all, afternoons on every other weekday; or at every hour."""
    for start in _starts(doctor, day):
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


def is_open(session: Session, now: datetime) -> bool:
    """Whether it is yet to start and its day can be booked: today and, but where it is open at all hours, six more."""
    today, day = now.astimezone(ZONE).date(), session.starts_at.date()
    days = 1 if session.doctor.department_code in ALL_HOURS else OPEN_DAYS
    return session.starts_at > now and today <= day < today + timedelta(days=days)


def _starts(doctor: Doctor, day: date) -> tuple[time, ...]:
    if doctor.department_code in ALL_HOURS:
        return _ALL_HOURS
    return _MORNING + (_AFTERNOON if _has_afternoon(doctor, day) else ())


def _has_afternoon(doctor: Doctor, day: date) -> bool:
    return (day.toordinal() + int(doctor.code[-1])) % 2 == 0


def _capacity(doctor: Doctor) -> int:
    if doctor.department_code in ALL_HOURS:
        return 60
    return 3 if doctor.title == "主任医师" else 6
