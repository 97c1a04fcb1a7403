"""What ends by itself one day and nobody sees coming: the key that signs ride codes, and the feed's calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.slot import Finding
from hospital_bridge.verticals.transit import operating

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hospital_bridge.slot import Scope

AHEAD = timedelta(days=30)
"""So long before the end it is said: a key has to reach every gate."""

CODES, SIGNED_UNTIL, ANOTHER_KEY = (
    "Ride codes",
    "signed until {day}",
    "Add the next of `issuer_keys` to the settings; gates learn it before it signs.",
)
FEED, RUNS_UNTIL, ANOTHER_FEED = (
    "Timetable",
    "the feed runs until {day}",
    "Put the operator's newer GTFS feed in its place and reload.",
)
SENTENCES = (CODES, SIGNED_UNTIL, ANOTHER_KEY, FEED, RUNS_UNTIL, ANOTHER_FEED)


def doctor(scope: Scope) -> Iterable[Finding]:
    """Until when codes are signed, and until when the feed knows what runs."""
    soon = (scope.now() + AHEAD).astimezone(scope.timezone).date()
    signed = max(key["ends"] for key in scope.settings["issuer_keys"]).astimezone(scope.timezone).date()
    yield Finding(CODES, SIGNED_UNTIL, ANOTHER_KEY if signed < soon else "", {"day": signed.isoformat()})
    services = operating.network(scope.settings["feed"]).services.values()
    runs = max(service.ends for service in services)
    yield Finding(FEED, RUNS_UNTIL, ANOTHER_FEED if runs < soon else "", {"day": runs.isoformat()})
