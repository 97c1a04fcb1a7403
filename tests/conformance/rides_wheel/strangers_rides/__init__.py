"""A vertical of somebody else's: rides that are noted down, in a distribution of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from marshmallow import Schema
from sqlalchemy import Column, LargeBinary, MetaData, Table

from hospital_bridge.slot import (
    API,
    Care,
    Chore,
    Finding,
    Page,
    PageRequest,
    PersonalData,
    Reaction,
    Scope,
    Vertical,
    VerticalManifest,
    VerticalWork,
    View,
    holds,
)
from hospital_bridge.store.metadata import ID, NAMING, Instant, operator_column

metadata = MetaData(naming_convention=NAMING)

TRIP = Table(
    "rides_trip",
    metadata,
    operator_column(),
    Column("trip_id", ID, primary_key=True),
    Column("subject_id", ID, nullable=False),
    Column("destination", LargeBinary, nullable=False, info=holds("destination")),
    Column("ended_at", Instant),
)


class RidesSettings(Schema):
    """Nothing to set."""


def note(work: VerticalWork, subject_id: str, destination: str) -> str:
    """Keep where somebody goes; the trip's id."""
    trip_id: str = work.ids.new()
    sealed = work.seal.seal(subject_id, TRIP.name, "destination", trip_id, destination)
    work.table(TRIP).add(trip_id=trip_id, subject_id=subject_id, destination=sealed, ended_at=None)
    return trip_id


def end_trips(scope: Scope, _operator_id: str) -> None:
    with scope.begin() as work:
        work.table(TRIP).change(TRIP.c.ended_at.is_(None), ended_at=work.now)


def trips(request: PageRequest) -> View:
    with request.scope.read() as work:
        mine = work.table(TRIP).all(TRIP.c.subject_id == request.subject_id)
    return View("trips.html", {"count": len(mine)})


def export(work: VerticalWork, subject_id: str) -> Mapping[str, Any]:
    return {
        "trips": [
            work.seal.open(subject_id, TRIP.name, "destination", row.trip_id, row.destination)
            for row in work.table(TRIP).all(TRIP.c.subject_id == subject_id)
        ]
    }


def erase(work: VerticalWork, subject_id: str) -> None:
    work.table(TRIP).remove(TRIP.c.subject_id == subject_id)


def look(scope: Scope) -> Iterator[Finding]:
    with scope.read() as work:
        under_way = len(work.table(TRIP).all(TRIP.c.ended_at.is_(None)))
    remedy = "End them with `verticals run rides end`." if under_way else ""
    yield Finding("Trips", "{count} under way", remedy, {"count": under_way})


def end_by_hand(scope: Scope, _arguments: Sequence[str]) -> Iterator[str]:
    end_trips(scope, scope.operator_id)
    yield "ended"


VERTICAL = Vertical(
    manifest=VerticalManifest(
        name="rides",
        title="乘车",
        api=API,
        personal_data=(PersonalData("destination", "to take the rider there", timedelta(days=30)),),
    ),
    settings=RidesSettings,
    pages=(Page("trips", "trips", trips, menu="My trips"),),
    reactions=(Reaction("rides.end", end_trips, every=timedelta(days=1)),),
    tables=metadata,
    migrations=Path(__file__).parent / "migrations",
    templates="strangers_rides",
    export_subject=export,
    erase_subject=erase,
    care=Care(look, (Chore("end", "End every trip that is under way.", end_by_hand),)),
)
