"""The age group of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.verticals.district.audience.tables import AGE

if TYPE_CHECKING:
    from datetime import date

UNKNOWN = "unknown"
_FROM = sorted(((int(group[:2]), group) for group in AGE.values if group != UNKNOWN), reverse=True)


def age_group(born: date, today: date) -> str:
    """One of the values of `tables.AGE`; who is not of age belongs to none of the others."""
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return next((group for least, group in _FROM if age >= least), UNKNOWN)
