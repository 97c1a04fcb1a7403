"""What a journey costs by itself, in fen: by the zones where it began and ended, or by its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hospital_bridge.verticals.transit.journeys import Journey
from hospital_bridge.verticals.transit.network import Network, TransferRule


class NoFare(ValueError):
    """The journey has no price: its stop or its line is not in the feed, or the line is not paid by one tap."""


@dataclass(frozen=True, slots=True)
class DayCap:
    """Nobody pays more than `fen` for a day's journeys within `zones`; no zones stand for the whole network."""

    fen: int
    zones: frozenset[str] = frozenset()

    def covers(self, zones: frozenset[str] | None) -> bool:
        """Whether a journey between these zones counts; one that lacks a tap (None) may have gone anywhere."""
        return not self.zones or (zones is not None and zones <= self.zones)


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices of one feed and what the operator's settings add to them.

    A journey that lacks a tap costs `missing_tap_fen`, or, where that is None, as much as the dearest one that the
    other tap can belong to.
    """

    zone_of: Mapping[str, str]
    by_zones: Mapping[tuple[str, str], int]
    by_line: Mapping[str, int]
    transfer: TransferRule
    caps: tuple[DayCap, ...] = ()
    missing_tap_fen: int | None = None

    def fare(self, journey: Journey) -> int:
        """The price of the journey alone; NoFare where the feed has none."""
        try:
            if journey.missing:
                return self._default(journey)
            if journey.line_id:
                return self.by_line[journey.line_id]
            return self.by_zones[self.zone_of[journey.origin], self.zone_of[journey.destination]]
        except KeyError as unknown:
            raise NoFare(f"the feed has no price for {unknown}") from None

    def zones(self, journey: Journey) -> frozenset[str] | None:
        """Where the journey is known to have been; None where a tap is missing."""
        if journey.missing:
            return None
        return frozenset(self.zone_of[stop] for stop in (journey.origin, journey.destination) if stop)

    def _default(self, journey: Journey) -> int:
        if self.missing_tap_fen is not None:
            return self.missing_tap_fen
        here = self.zone_of[journey.origin or journey.destination]
        side = 0 if journey.origin else 1
        return max(fen for way, fen in self.by_zones.items() if way[side] == here)


def tariff_of(network: Network, caps: Iterable[DayCap] = (), missing_tap_fen: int | None = None) -> Tariff:
    """The tariff of a feed; where several prices fit a way the cheapest counts, as in GTFS."""
    zones = {stop.zone for stop in network.stops.values()}
    by_zones: dict[tuple[str, str], int] = {}
    for rule in (rule for rule in network.fare_rules if not rule.line_id):
        for origin in {rule.origin} if rule.origin else zones:
            for destination in {rule.destination} if rule.destination else zones:
                way = (origin, destination)
                by_zones[way] = min(rule.fen, by_zones.get(way, rule.fen))
    flat = {line_id: network.flat_fare(line_id) for line_id in network.lines}
    return Tariff(
        zone_of={stop.stop_id: stop.zone for stop in network.stops.values()},
        by_zones=by_zones,
        by_line={line_id: fen for line_id, fen in flat.items() if fen is not None},
        transfer=network.transfer,
        caps=tuple(caps),
        missing_tap_fen=missing_tap_fen,
    )
