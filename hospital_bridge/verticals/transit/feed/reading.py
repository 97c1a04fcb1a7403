"""A folder of GTFS Schedule tables -> Network.

Source of the rules: GTFS Schedule reference, fares V1. What the fares here cannot honour is refused rather than read
over: another currency, a price by zones passed through, fares whose transfers differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from hospital_bridge.verticals.transit.feed.fares import read_fares
from hospital_bridge.verticals.transit.feed.rows import FeedRefused, FieldFault, Row, optional_rows_of, rows_of
from hospital_bridge.verticals.transit.network import Call, Line, LineKind, Network, Service, Stop, Trip

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ADDED, _REMOVED = 1, 2
_TWO_CALLS = 2
_Kept = TypeVar("_Kept")


def read_feed(folder: Path) -> Network:
    """The network that the folder's tables describe; FeedRefused with every fault."""
    faults: list[FieldFault] = []
    operator, timezone = _agency(folder, faults)
    stops, lines, services = _stops(folder, faults), _lines(folder, faults), _services(folder, faults)
    trips = _trips(folder, lines, services, stops, faults)
    rules, transfer = read_fares(folder, lines, stops, faults)
    if faults:
        raise FeedRefused(faults)
    return Network(operator, timezone, stops, lines, services, trips, rules, transfer)


def _agency(folder: Path, faults: list[FieldFault]) -> tuple[str, ZoneInfo]:
    name, zone = "", "UTC"
    for count, row in enumerate(rows_of(folder, "agency.txt", ("agency_name", "agency_timezone"), faults)):
        if count:
            row.fault("", "is a second agency; a feed is one operator's here")
        name, zone = row.text("agency_name"), row.text("agency_timezone")
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, LookupError):
            row.fault("agency_timezone", f"{zone!r} is no time zone")
            zone = "UTC"
    return name, ZoneInfo(zone)


def _stops(folder: Path, faults: list[FieldFault]) -> dict[str, Stop]:
    stops: dict[str, Stop] = {}
    for row in rows_of(folder, "stops.txt", ("stop_id", "stop_name", "stop_lat", "stop_lon", "zone_id"), faults):
        stop = Stop(
            row.text("stop_id"),
            row.text("stop_name"),
            row.text("zone_id"),
            row.degrees("stop_lat", 90),
            row.degrees("stop_lon", 180),
        )
        _keep(stops, stop.stop_id, stop, row, "stop_id")
    return stops


def _lines(folder: Path, faults: list[FieldFault]) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    kinds = [kind.value for kind in LineKind]
    for row in rows_of(folder, "routes.txt", ("route_id", "route_short_name", "route_type"), faults):
        kind = LineKind(row.whole("route_type", kinds))
        line = Line(row.text("route_id"), row.text("route_short_name"), row.optional("route_long_name"), kind)
        _keep(lines, line.line_id, line, row, "route_id")
    return lines


def _services(folder: Path, faults: list[FieldFault]) -> dict[str, Service]:
    services: dict[str, Service] = {}
    for row in rows_of(folder, "calendar.txt", ("service_id", *_WEEKDAYS, "start_date", "end_date"), faults):
        weekdays = frozenset(number for number, name in enumerate(_WEEKDAYS) if row.whole(name, (0, 1)))
        service = Service(row.text("service_id"), weekdays, row.day("start_date"), row.day("end_date"))
        if date.min < service.ends < service.begins:
            row.fault("end_date", "is before start_date")
        _keep(services, service.service_id, service, row, "service_id")
    for row in optional_rows_of(folder, "calendar_dates.txt", ("service_id", "date", "exception_type"), faults):
        _except(services, row)
    return services


def _except(services: dict[str, Service], row: Row) -> None:
    name, day = row.known("service_id", services), row.day("date")
    change = row.whole("exception_type", (_ADDED, _REMOVED))
    service = services.get(name)
    if service is None:
        return
    if day in service.added | service.removed:
        row.fault("date", "stands there twice for this service")
    elif change == _ADDED:
        services[name] = replace(service, added=service.added | {day})
    else:
        services[name] = replace(service, removed=service.removed | {day})


def _trips(
    folder: Path,
    lines: Mapping[str, Line],
    services: Mapping[str, Service],
    stops: Mapping[str, Stop],
    faults: list[FieldFault],
) -> dict[str, Trip]:
    trips: dict[str, Trip] = {}
    seen: dict[str, Row] = {}
    for row in rows_of(folder, "trips.txt", ("route_id", "service_id", "trip_id"), faults):
        trip_id = row.text("trip_id")
        line_id, service_id = row.known("route_id", lines), row.known("service_id", services)
        trip = Trip(trip_id, line_id, service_id, row.optional("trip_headsign"), ())
        _keep(trips, trip_id, trip, row, "trip_id")
        seen.setdefault(trip_id, row)
    calls = _calls(folder, trips, stops, faults)
    # A trip whose calls could not be read would only be their echo.
    if not any(fault.file == "stop_times.txt" for fault in faults):
        for trip_id in [trip_id for trip_id, of_trip in calls.items() if len(of_trip) < _TWO_CALLS]:
            seen[trip_id].fault("trip_id", f"{trip_id!r} calls at fewer than two stops")
    return {trip_id: replace(trip, calls=tuple(calls[trip_id])) for trip_id, trip in trips.items()}


def _calls(
    folder: Path, trips: Mapping[str, Trip], stops: Mapping[str, Stop], faults: list[FieldFault]
) -> dict[str, list[Call]]:
    columns = ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence")
    rows: dict[str, list[tuple[int, Call, Row]]] = {trip_id: [] for trip_id in trips}
    for row in rows_of(folder, "stop_times.txt", columns, faults):
        before = len(faults)
        trip_id = row.known("trip_id", trips)
        call = Call(row.known("stop_id", stops), row.clock("arrival_time"), row.clock("departure_time"))
        sequence = row.whole("stop_sequence")
        # A row that cannot be read says nothing about the order of the others.
        if len(faults) == before:
            rows[trip_id].append((sequence, call, row))
    # The order of the file means nothing; the sequence does.
    return {trip_id: _in_order(sorted(of_trip, key=lambda item: item[0])) for trip_id, of_trip in rows.items()}


def _in_order(rows: list[tuple[int, Call, Row]]) -> list[Call]:
    earliest, last = timedelta(), -1
    for sequence, call, row in rows:
        if sequence == last:
            row.fault("stop_sequence", f"{sequence} stands there twice for this trip")
        if call.arrives < earliest:
            row.fault("arrival_time", "is before the departure from the stop before")
        if call.departs < call.arrives:
            row.fault("departure_time", "is before the arrival")
        earliest, last = max(earliest, call.departs), sequence
    return [call for _, call, _ in rows]


def _keep(table: dict[str, _Kept], key: str, value: _Kept, row: Row, field: str) -> None:
    if key in table:
        row.fault(field, f"{key!r} stands there twice")
    table.setdefault(key, value)
