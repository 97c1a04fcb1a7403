"""What `doctor` asks the district: whether a month's budget pays for every table of figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Finding
from hospital_bridge.verticals.district.audience.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hospital_bridge.slot import Scope

FIGURES, PAID_FOR, MORE = (
    "Audience figures",
    "a month's budget pays for {paid} of the {all} tables",
    "Raise `audience_budget`, or let the manager choose which tables are counted.",
)
SENTENCES = (FIGURES, PAID_FOR, MORE)


def doctor(scope: Scope) -> Iterable[Finding]:
    """How many tables of figures the budget of a month pays for, the cheapest first."""
    left, paid = scope.settings["audience_budget"], 0
    for cost in sorted(table.milli_epsilon for table in TABLES):
        if cost > left:
            break
        left, paid = left - cost, paid + 1
    yield Finding(FIGURES, PAID_FOR, MORE if paid < len(TABLES) else "", {"paid": paid, "all": len(TABLES)})
