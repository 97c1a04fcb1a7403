"""What `doctor` asks the district: whose share has no account, and whether a month's budget pays for its figures."""

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
SHARES, WITHOUT, AN_ACCOUNT = (
    "Shops' accounts",
    "{without} of {all} shops have none",
    "Write each shop's `account` at the wallet into the settings; its share is shown beside it.",
)
SENTENCES = (FIGURES, PAID_FOR, MORE, SHARES, WITHOUT, AN_ACCOUNT)


def doctor(scope: Scope) -> Iterable[Finding]:
    """Shops without an account, and how many tables of figures a month's budget pays for, the cheapest first."""
    shops = scope.settings["shops"]
    without = sum(not shop["account"] for shop in shops)
    yield Finding(SHARES, WITHOUT, AN_ACCOUNT if without else "", {"without": without, "all": len(shops)})
    left, paid = scope.settings["audience_budget"], 0
    for cost in sorted(table.milli_epsilon for table in TABLES):
        if cost > left:
            break
        left, paid = left - cost, paid + 1
    yield Finding(FIGURES, PAID_FOR, MORE if paid < len(TABLES) else "", {"paid": paid, "all": len(TABLES)})
