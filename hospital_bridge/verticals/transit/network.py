"""What an operator runs: lines, stops in zones, calls of trips, days of service, and prices in fen (GTFS Schedule)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum
from zoneinfo import ZoneInfo


class LineKind(IntEnum):
    """What runs on a line; the numbers are GTFS's `route_type`."""

    TRAM = 0
    METRO = 1
    RAIL = 2
    BUS = 3
    FERRY = 4
    CABLE_TRAM = 5
    AERIAL_LIFT = 6
    FUNICULAR = 7
    TROLLEYBUS = 11
    MONORAIL = 12


@dataclass(frozen=True, slots=True)
class Stop:
    """Where somebody gets on or off; coordinates are degrees of WGS 84."""

    stop_id: str
    name: str
    zone: str
    latitude: Decimal
    longitude: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A line as riders know it; `name` is the short one, `way` tells where it runs."""

    line_id: str
    name: str
    way: str
    kind: LineKind


@dataclass(frozen=True, slots=True)
class Service:
    """The days on which some trips run; Monday is 0."""

    service_id: str
    weekdays: frozenset[int]
    begins: date
    ends: date
    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()

    def runs_on(self, day: date) -> bool:
        """Whether the trips of this service run on that service day; a single date's word beats the week's."""
        if day in self.added or day in self.removed:
            return day in self.added
        return self.begins <= day <= self.ends and day.weekday() in self.weekdays


@dataclass(frozen=True, slots=True)
class Call:
    """A trip at a stop; times count from the noon of the service day less twelve hours and may exceed a day."""

    stop_id: str
    arrives: timedelta
    departs: timedelta


@dataclass(frozen=True, slots=True)
class Trip:
    """One run of a line on the days of its service."""

    trip_id: str
    line_id: str
    service_id: str
    headsign: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class FareRule:
    """A price in fen and what it is for; an empty word stands for any line or zone."""

    fare_id: str
    fen: int
    line_id: str = ""
    origin: str = ""
    destination: str = ""

    @property
    def is_flat(self) -> bool:
        """Whether one tap when boarding is all that it takes to know the price."""
        return bool(self.line_id) and not self.origin and not self.destination


@dataclass(frozen=True, slots=True)
class TransferRule:
    """How many more rides may begin within `window` of the first one's beginning and make one fare with it."""

    most: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Network:
    """One operator's feed; mappings are keyed by the ids of the feed."""

    operator: str
    timezone: ZoneInfo
    stops: Mapping[str, Stop]
    lines: Mapping[str, Line]
    services: Mapping[str, Service]
    trips: Mapping[str, Trip]
    fare_rules: tuple[FareRule, ...]
    transfer: TransferRule

    def flat_fare(self, line_id: str) -> int | None:
        """What a ride on that line costs wherever it goes; None where the zones decide."""
        return min((rule.fen for rule in self.fare_rules if rule.is_flat and rule.line_id == line_id), default=None)

    def stops_of(self, line_id: str) -> frozenset[str]:
        """Every stop at which a trip of the line calls."""
        return frozenset(call.stop_id for trip in self.trips.values() if trip.line_id == line_id for call in trip.calls)
