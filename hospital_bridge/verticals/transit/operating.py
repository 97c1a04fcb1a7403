"""The operator's feed and settings as the rules that journeys and fares are made by."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from hospital_bridge.verticals.transit.best_fare import DayFare, best_fare
from hospital_bridge.verticals.transit.feed import read_feed
from hospital_bridge.verticals.transit.journeys import PairingRules, journeys_of_day, needed_for
from hospital_bridge.verticals.transit.store import taps
from hospital_bridge.verticals.transit.tariff import DayCap, Tariff, tariff_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.transit.network import Network


@lru_cache(maxsize=16)
def network(folder: str) -> Network:
    """The feed of that folder, read once: a changed feed is taken over by a reload of the configuration."""
    return read_feed(Path(folder))


def rules_of(settings: Mapping[str, Any]) -> PairingRules:
    """How taps are paired."""
    longest = timedelta(minutes=settings["longest_minutes"])
    return PairingRules(network(settings["feed"]).timezone, longest=longest)


def tariff(settings: Mapping[str, Any]) -> Tariff:
    """What journeys cost."""
    caps = [DayCap(cap["fen"], frozenset(cap["zones"])) for cap in settings["day_caps"]]
    return tariff_of(network(settings["feed"]), caps, settings["missing_tap_fen"])


def day_fare(work: VerticalWork, account_id: str, day: date) -> DayFare:
    """The best fare of the account's day, from all taps that are known by now."""
    rules = rules_of(work.settings)
    around = taps.of_account(work, account_id, *needed_for(day, rules))
    return best_fare(journeys_of_day(around, day, rules), tariff(work.settings))
