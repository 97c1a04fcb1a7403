"""Who is counted in the figures of a month: members who agree at this moment and came, by the district's own rows.

There is no other source. What another vertical of the bridge knows of the same people cannot be read from here: its
modules may not be imported, and its tables are not among those that the district declares.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from hospital_bridge.verticals.district.audience.ages import UNKNOWN
from hospital_bridge.verticals.district.audience.tables import AGE, SPENDING, VISITS
from hospital_bridge.verticals.district.store import consents, members, purchases
from hospital_bridge.verticals.district.store.consents import Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.district.audience.tables import Dimension

MONTHS_BACK = 3
"""Figures are released of so many months that are over."""

_YUAN = 100
_DECEMBER = 12


def people(work: VerticalWork, month: str, timezone: tzinfo) -> Sequence[Mapping[str, str]]:
    """One row for each person who is counted, with a value for every dimension and nothing that says who it is."""
    agree, ages = consents.who_agree(work, Purpose.FIGURES), members.ages(work)
    begins, ends = _bounds(month, timezone)
    paid = purchases.paid_between(work, begins, ends)
    return [
        {
            AGE.name: ages.get(subject_id, UNKNOWN),
            VISITS.name: band(VISITS, days),
            SPENDING.name: band(SPENDING, -(-paid.get(subject_id, 0) // _YUAN)),
        }
        for subject_id, days in members.visit_days(work, month).items()
        if subject_id in agree
    ]


def band(dimension: Dimension, number: int) -> str:
    """The value of a dimension of ranges into which a number falls."""
    least = [int(value.rstrip("+").split("-")[0]) for value in dimension.values]
    return dimension.values[max(0, bisect_right(least, number) - 1)]


def months_over(today: date) -> Sequence[str]:
    """The months of which figures may be released, the newest first."""
    months, first = [], today.replace(day=1)
    for _ in range(MONTHS_BACK):
        first = _before(first)
        months.append(members.month_of(first))
    return months


def _before(first: date) -> date:
    """The first day of the month before."""
    return (
        first.replace(year=first.year - 1, month=_DECEMBER)
        if first.month == 1
        else first.replace(month=first.month - 1)
    )


def _after(first: date) -> date:
    return (
        first.replace(year=first.year + 1, month=1)
        if first.month == _DECEMBER
        else first.replace(month=first.month + 1)
    )


def _bounds(month: str, timezone: tzinfo) -> tuple[datetime, datetime]:
    first = date.fromisoformat(f"{month}-01")
    begins, ends = (datetime.combine(day, time(), timezone) for day in (first, _after(first)))
    return begins, ends
