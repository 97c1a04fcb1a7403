"""The patient's results: grouped by visit, each with how it stands, its values against their ranges, and over time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Download, PageRequest, View
from hospital_bridge.verticals.hospital.pages.trouble import page
from hospital_bridge.verticals.hospital.results import reading, trend
from hospital_bridge.verticals.hospital.results.documents import PDF

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hospital_bridge.slot import Scope
    from hospital_bridge.verticals.hospital.results.reading import Shown


class Numbered(Schema):
    """A report and the number of one of its values or documents."""

    number = fields.Integer(required=True, validate=validate.Range(1, 999))


@dataclass(frozen=True, slots=True)
class Visit:
    """The reports of one visit, or of one day where the hospital names no visit."""

    day: date
    reports: Sequence[Shown]


def show_results(request: PageRequest) -> View:
    """The patient's reports, newest visit first."""
    shown = reading.list_reports(request.scope, request.principal, request.subject_id)
    return View("results.html", {"visits": by_visit(request.scope, shown)})


def show_result(request: PageRequest) -> View:
    """One report as it stands."""
    shown = reading.open_report(request.scope, request.principal, request.data["report"])
    rows = [(each, trend.range_bar(each), trend.number(each.value) is not None) for each in shown.values]
    return View("result.html", {"shown": shown, "rows": rows})


def show_trend(request: PageRequest) -> View:
    """One value of the report over time."""
    told = trend.trend_of(request.scope, request.principal, request.data["report"], request.data["number"])
    return View("trend.html", {"trend": told, "width": trend.WIDTH, "height": trend.HEIGHT})


def save_document(request: PageRequest) -> Download:
    """The PDF that came with the report."""
    opened = reading.open_document(request.scope, request.principal, request.data["report"], request.data["number"])
    return Download(re.sub(r"[^A-Za-z0-9._-]", "_", opened.name), PDF, opened.content)


def by_visit(scope: Scope, shown: Sequence[Shown]) -> Sequence[Visit]:
    """The reports by visit, in the order of the newest report of each."""
    visits: dict[str, list[Shown]] = {}
    for each in shown:
        visits.setdefault(each.filler_id or _day(scope, each).isoformat(), []).append(each)
    return [Visit(min(_day(scope, each) for each in of_visit), of_visit) for of_visit in visits.values()]


def _day(scope: Scope, shown: Shown) -> date:
    return shown.told_at.astimezone(scope.timezone).date()


PAGES = (
    page("results", "results", show_results, menu="My results"),
    page("result", "results/<report>", show_result),
    page("trend", "results/<report>/values/<number>", show_trend, schema=Numbered),
    page("document", "results/<report>/documents/<number>", save_document, schema=Numbered),
)
