"""What is kept of visits is forgotten in time, by a job of each day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.slot import Chore
from hospital_bridge.verticals.district.store import consents, members, presences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hospital_bridge.slot import Scope

FORGET = "district.forget_visits"
ARRIVALS_KEPT = timedelta(days=8)
"""A day longer than the longest cooldown."""
MONTHS_KEPT = timedelta(days=100)
"""Long enough to release the figures of the last three months."""
AGREEMENTS_KEPT = timedelta(days=3 * 365)
"""So long after its end it can be shown that somebody had agreed."""


def forget_visits(scope: Scope, _operator_id: str) -> None:
    """Job of each day: drop what is older than that."""
    forget(scope)


def forget(scope: Scope) -> tuple[int, int, int]:
    """How many arrivals, months of visits and ended agreements were dropped."""
    with scope.begin() as work:
        oldest = members.month_of((work.now - MONTHS_KEPT).astimezone(scope.timezone).date())
        return (
            presences.forget_before(work, work.now - ARRIVALS_KEPT),
            members.forget_before(work, oldest),
            consents.forget_before(work, work.now - AGREEMENTS_KEPT),
        )


def forget_now(scope: Scope, _arguments: Sequence[str]) -> Iterable[str]:
    """The same for an engineer who does not want to wait for tomorrow; says how much it was."""
    arrivals, months, agreements = forget(scope)
    yield f"dropped: {arrivals} arrivals, {months} months of visits, {agreements} agreements that had ended"


CHORE = Chore("forget-visits", "Drop what is kept of visits and is older than it may be.", forget_now)
