"""One item over time, and where a value lies in its range: numbers for the charts, whose words stand in tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.results.reading import readable, shown_to_patient
from hospital_bridge.verticals.hospital.store import reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.news import Observation
    from hospital_bridge.slot import Scope
    from hospital_bridge.verticals.hospital.results.version import Report

LOOKED_AT = 50
WIDTH, HEIGHT = 320, 120
_EDGE = 12
_MARGIN = Decimal("0.25")
"""Beyond either end of the range a bar shows as much as this part of it; a value further out stands at the edge."""


@dataclass(frozen=True, slots=True)
class RangeBar:
    """A bar of 100 units: where the range begins and ends, and where the value lies."""

    low: int
    high: int
    mark: int


@dataclass(frozen=True, slots=True)
class Point:
    """One value of the item; `x` and `y` in the units of the chart."""

    at: datetime
    observation: Observation = field(repr=False)
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Trend:
    """The values of one item, oldest first; the range of the newest as `top` and `bottom` of the chart, where given."""

    report: Report
    observation: Observation = field(repr=False)
    points: tuple[Point, ...]
    top: int | None
    bottom: int | None

    @property
    def line(self) -> str:
        """The points of an SVG polyline."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


def range_bar(observation: Observation) -> RangeBar | None:
    """Where the value lies; None where value and range are not three numbers."""
    low, high, value = number(observation.low), number(observation.high), number(observation.value)
    if low is None or high is None or value is None or low >= high:
        return None
    start, width = low - (high - low) * _MARGIN, (high - low) * (1 + 2 * _MARGIN)
    low_end, high_end = round((low - start) / width * 100), round((high - start) / width * 100)
    return RangeBar(low_end, high_end, min(98, max(2, round((value - start) / width * 100))))


def trend_of(scope: Scope, wallet_user_id: str, report_id: str, place: int) -> Trend:
    """The item that stands at that place of the report (from 1), over all that the person may read of it.

    NoSuchReport where there is no such report or item for this reader.
    """
    with scope.begin() as work:
        report = readable(work, wallet_user_id, report_id)
        values = shown_to_patient(work, report).values
        if not 1 <= place <= len(values):
            raise reports.NoSuchReport(report_id)
        item = values[place - 1]
        work.audit.record(wallet_user_id, "report.trend_read", report_id, version=report.newest_id)
        of_person = reports.of_subject(work, report.subject_id, LOOKED_AT)
        shown = [shown_to_patient(work, each) for each in of_person]
    told = [(each.told_at, value) for each in shown for value in each.values if _is_same_item(value, item)]
    return drawn(report, item, sorted(told, key=lambda pair: pair[0]))


def _is_same_item(one: Observation, other: Observation) -> bool:
    return (one.code, one.units) == (other.code, other.units) and number(one.value) is not None


def drawn(report: Report, item: Observation, told: Sequence[tuple[datetime, Observation]]) -> Trend:
    """The values on a chart as high as they and the range of the newest need."""
    numbers = [number(value.value) or Decimal(0) for _, value in told]
    low, high = number(item.low), number(item.high)
    spread = [*numbers, *(end for end in (low, high) if end is not None)] or [Decimal(0)]
    least, most = min(spread), max(spread)
    tall = (most - least) or Decimal(1)

    def y(value: Decimal) -> int:
        return round(_EDGE + (most - value) / tall * (HEIGHT - 2 * _EDGE))

    step = Decimal(WIDTH - 2 * _EDGE) / max(len(told) - 1, 1)
    points = tuple(
        Point(at, value, round(_EDGE + step * place), y(numbers[place])) for place, (at, value) in enumerate(told)
    )
    if low is None or high is None or low >= high:
        return Trend(report, item, points, None, None)
    return Trend(report, item, points, y(high), y(low))


def number(text: str) -> Decimal | None:
    """The number that the text is, or None; "<0.1" is none."""
    try:
        told = Decimal(text.strip())
    except InvalidOperation:
        return None
    return told if told.is_finite() else None
