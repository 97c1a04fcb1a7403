"""How the restaurants' lines work: a policy for each size of table, meals as services, tables as desks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import LineOpening, LineRules
from hospital_bridge.verticals.district.dining import telling
from hospital_bridge.verticals.district.dining.restaurant import restaurants
from hospital_bridge.verticals.district.waitlist import TableRule
from queueing.line import DeskState
from queueing.service_time import Expectation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.district.dining.restaurant import Restaurant
    from queueing.ordering import Policy

OPENED_BY = "mall"


def policies(settings: Mapping[str, Any]) -> Mapping[str, Policy]:
    """The order of every line of every restaurant, by line id."""
    rule = TableRule(timedelta(minutes=settings["head_start_minutes"]), settings["missed_calls"])
    return {
        place.line_id(size): rule.policy(size, place.sizes) for place in restaurants(settings) for size in place.sizes
    }


def expectation(settings: Mapping[str, Any]) -> Expectation:
    """What a meal takes before any was seen."""
    return Expectation(median=timedelta(minutes=settings["meal_minutes"]), spread=0.4)


def open_today(work: VerticalWork, place: Restaurant) -> None:
    """The restaurant's lines of today, and its tables as the settings have them; a new table is free for guests."""
    missing = set(place.line_ids) - set(work.lines.of_today())
    if not missing:
        return
    today = work.lines.today()
    for size in place.sizes:
        line_id = place.line_id(size)
        work.lines.open(LineOpening(line_id, today, place.name, place.prefix(size), line_id, shows_names=False))
    known = {desk.desk_id for desk in work.lines.desks()}
    for table in sorted(place.tables, key=place.desk_id):
        desk_id = place.desk_id(table)
        work.lines.put_desk(desk_id, table.table_id, place.lines_for(table))
        if desk_id not in known:
            work.lines.set_desk(desk_id, DeskState.OPEN, OPENED_BY)


LINE_RULES = LineRules(
    policies=policies,
    changed=telling.changed,
    near=telling.near,
    near_at=lambda settings: int(settings["soon_parties"]),
    expectation=expectation,
)
