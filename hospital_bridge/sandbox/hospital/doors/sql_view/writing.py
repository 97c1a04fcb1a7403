"""How the hospital writes what it knows into columns: local times, its own codes, amounts in yuan."""

from __future__ import annotations

from datetime import date, datetime

from adapters.values import EntryKind, Sex
from hospital_bridge.sandbox.hospital import calendar

SEXES = {Sex.MALE: "1", Sex.FEMALE: "2", Sex.UNKNOWN: "9"}
ID_TYPES = {"CN_ID": "01", "PASSPORT": "03"}
ENTRY_KINDS = {EntryKind.PAYMENT: "1", EntryKind.REFUND: "2"}
_TIME = "%Y-%m-%d %H:%M:%S"


def time_of(instant: datetime) -> str:
    """A local time to the second."""
    return instant.astimezone(calendar.ZONE).strftime(_TIME)


def instant_of(text: str) -> datetime:
    """The instant of a local time; ValueError where it is none."""
    return datetime.strptime(text, _TIME).replace(tzinfo=calendar.ZONE)


def date_of(instant: datetime) -> str:
    """The local day."""
    return instant.astimezone(calendar.ZONE).date().isoformat()


def day_of(text: str) -> date:
    """A day as `2026-11-28`; ValueError where it is none."""
    return date.fromisoformat(text)
