"""The prices of a feed: fares V1 in yuan, by line or by the zones where a ride begins and ends."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from hospital_bridge.verticals.transit.feed.rows import FieldFault, Row, rows_of
from hospital_bridge.verticals.transit.network import FareRule, Line, Stop, TransferRule

_ATTRIBUTES = ("fare_id", "price", "currency_type", "transfers", "transfer_duration")
_RULES = ("fare_id", "route_id", "origin_id", "destination_id")


def read_fares(
    folder: Path, lines: Mapping[str, Line], stops: Mapping[str, Stop], faults: list[FieldFault]
) -> tuple[tuple[FareRule, ...], TransferRule]:
    """Every price with what it is for, and the one transfer rule of all fares."""
    prices: dict[str, int] = {}
    transfers: list[TransferRule] = []
    for row in rows_of(folder, "fare_attributes.txt", _ATTRIBUTES, faults):
        fare_id = row.text("fare_id")
        if fare_id in prices:
            row.fault("fare_id", f"{fare_id!r} stands there twice")
        if row.text("currency_type") not in {"CNY", ""}:
            row.fault("currency_type", "is not CNY")
        prices[fare_id] = row.fen("price")
        transfers.append(_transfer(row))
        if transfers[-1] != transfers[0]:
            row.fault("transfers", "differs from the first fare's; one transfer rule holds for a day")
    zones = {stop.zone for stop in stops.values()}
    rules = tuple(_rules(folder, prices, lines, zones, faults))
    # While anything is unreadable, an unpriced way would only be its echo.
    if not faults:
        faults.extend(_unpriced(rules, zones))
    return rules, transfers[0] if transfers else TransferRule(0, timedelta())


def _transfer(row: Row) -> TransferRule:
    # An empty number of transfers means "as many as one likes"; a day has no room for more than this.
    most = row.whole("transfers", (0, 1, 2)) if row.optional("transfers") else 1000
    if most and not row.optional("transfer_duration"):
        row.fault("transfer_duration", "is empty, so a transfer would never expire")
        return TransferRule(0, timedelta())
    return TransferRule(most, timedelta(seconds=row.whole("transfer_duration") if most else 0))


def _rules(
    folder: Path, prices: Mapping[str, int], lines: Mapping[str, Line], zones: Collection[str], faults: list[FieldFault]
) -> Iterator[FareRule]:
    for row in rows_of(folder, "fare_rules.txt", _RULES, faults):
        fare_id = row.known("fare_id", prices)
        if row.optional("contains_id"):
            row.fault("contains_id", "a price by the zones passed through cannot be charged from taps")
        line_id, origin, destination = (row.optional(field) for field in _RULES[1:])
        if line_id and line_id not in lines:
            row.fault("route_id", f"names {line_id!r}, which is not in the feed")
        for field, zone in (("origin_id", origin), ("destination_id", destination)):
            if zone and zone not in zones:
                row.fault(field, f"names {zone!r}, in which no stop lies")
        if line_id and (origin or destination):
            row.fault("route_id", "a price by line and zone cannot be charged: a gate does not see the line")
        yield FareRule(fare_id, prices.get(fare_id, 0), line_id, origin, destination)


def _unpriced(rules: Collection[FareRule], zones: Collection[str]) -> Iterator[FieldFault]:
    by_zone = [rule for rule in rules if not rule.line_id]
    for origin in sorted(zones):
        for destination in sorted(zones):
            if not any(rule.origin in {"", origin} and rule.destination in {"", destination} for rule in by_zone):
                yield FieldFault("fare_rules.txt", 0, "", f"no price from zone {origin} to zone {destination}")
