"""The manager's audience figures: fixed tables of a month that is over, released once, while the budget lasts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hospital_bridge.slot import Go, Page, PageRequest, View
from hospital_bridge.verticals.district.audience.counting import months_over, people
from hospital_bridge.verticals.district.audience.release import BudgetSpent, Figure, shown_from
from hospital_bridge.verticals.district.audience.tables import TABLES
from hospital_bridge.verticals.district.roles import MANAGER
from hospital_bridge.verticals.district.store import audience

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hospital_bridge.verticals.district.audience.tables import AudienceTable

ABSENT = View("absent_staff.html", {"code": "HB-R002"}, 404)


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as the page shows it: its figures where it was released, else whether the budget still holds it."""

    table: AudienceTable
    figures: Sequence[Figure]
    affordable: bool

    @property
    def people(self) -> Mapping[tuple[str, ...], int | None]:
        """The figures by cell."""
        return {figure.cell: figure.people for figure in self.figures}

    @property
    def fewest(self) -> int:
        """Figures below that are not shown."""
        return shown_from(self.table.milli_epsilon)


def show_latest(request: PageRequest) -> View:
    """The figures of the month that was over last."""
    return _month(request, _months(request)[0])


def show_month(request: PageRequest) -> View:
    """The figures of one of the last months."""
    month = request.data["month"]
    return _month(request, month) if month in _months(request) else ABSENT


def release(request: PageRequest) -> View | Go:
    """Count a table of a month that is over and pay for it; it stands from then on, whoever asks again."""
    month = request.data["month"]
    table = next((one for one in TABLES if one.name == request.data["table"]), None)
    if table is None or month not in _months(request):
        return ABSENT
    scope = request.scope
    try:
        with scope.begin() as work:
            counted = people(work, month, scope.timezone)
            budget = scope.settings["audience_budget"]
            audience.release_once(work, table, month, budget, counted, secrets.randbits)
            work.audit.record(request.principal, "figures.released", month, table=table.name)
    except BudgetSpent:
        return _month(request, month, was_spent=True)
    return Go("figures.month", {"month": month})


def _months(request: PageRequest) -> Sequence[str]:
    return months_over(request.scope.now().astimezone(request.scope.timezone).date())


def _month(request: PageRequest, month: str, *, was_spent: bool = False) -> View:
    budget = request.scope.settings["audience_budget"]
    with request.scope.read() as work:
        spent = sum(cost.milli_epsilon for cost in audience.costs(work, month))
        released = [(table, audience.figures(work, table, month)) for table in TABLES]
    shown = [Shown(table, figures, spent + table.milli_epsilon <= budget) for table, figures in released]
    data = {
        "month": month,
        "months": _months(request),
        "tables": shown,
        "is_spent": was_spent or any(not one.figures and not one.affordable for one in shown),
        "left": (budget - spent) * 100 // budget,
    }
    return View("figures.html", data, 409 if was_spent else 200)


PAGES = (
    Page("figures", "figures", show_latest, role=MANAGER, menu="Audience figures"),
    Page("figures.month", "figures/<month>", show_month, role=MANAGER),
    Page("figures.release", "figures/<month>/<table>", release, role=MANAGER, method="POST"),
)
