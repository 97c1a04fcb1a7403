"""When somebody has arrived at a place, from what their phone says now and then, without keeping where they were.

A fix that is not accurate enough says nothing. Who comes within `enter_m` is near; who was near for the `dwell` has
arrived and is told, once in each `cooldown`; who goes beyond `exit_m` is away. Between the two distances nothing
changes, so nobody at the edge arrives again and again. Who only passes is gone before the dwell is over, and a phone
that was silent for longer than `silence` may have been anywhere: its dwell begins anew.

`judge` alone sees coordinates. What it returns, and what may be stored, holds none, nor a distance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

EARTH_M = 6_371_009
"""The mean radius of the earth."""

_PER_DEGREE = 1_000_000
_POLE, _DATE_LINE = 90 * _PER_DEGREE, 180 * _PER_DEGREE


@dataclass(frozen=True, slots=True)
class Point:
    """A place in millionths of a degree (about 0.1 m), in the coordinate system that shops and phones share."""

    latitude: int = field(repr=False)
    longitude: int = field(repr=False)

    def __post_init__(self) -> None:
        if abs(self.latitude) > _POLE or abs(self.longitude) > _DATE_LINE:
            raise ValueError("no such place on earth")


@dataclass(frozen=True, slots=True)
class Fix:
    """What a phone said: where it was within `accuracy_m`, and at which aware instant."""

    point: Point
    accuracy_m: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Fence:
    """A circle around a place and its rules; ValueError where leaving would be nearer than entering."""

    centre: Point
    enter_m: int = 80
    exit_m: int = 150
    accuracy_m: int = 50
    dwell: timedelta = timedelta(minutes=2)
    cooldown: timedelta = timedelta(hours=4)
    silence: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        if not 0 < self.enter_m < self.exit_m:
            raise ValueError("one leaves a fence farther out than one enters it")


@dataclass(frozen=True, slots=True)
class Presence:
    """All that is kept of a phone at a fence: instants and whether it arrived, no place and no distance."""

    near_since: datetime | None = None
    arrived: bool = False
    heard_at: datetime | None = None
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The presence after a fix, and whether this very fix is an arrival to tell of."""

    presence: Presence
    tell: bool = False


def judge(fence: Fence, presence: Presence, fix: Fix) -> Judgement:
    """What a fix changes; one that is vague, or no newer than the last, changes nothing."""
    is_late = presence.heard_at is not None and fix.at <= presence.heard_at
    if is_late or not 0 <= fix.accuracy_m <= fence.accuracy_m:
        return Judgement(presence)
    heard = replace(_after_silence(fence, presence, fix.at), heard_at=fix.at)
    away = distance(fence.centre, fix.point)
    if away > fence.exit_m:
        return Judgement(replace(heard, near_since=None, arrived=False))
    if heard.near_since is None:
        return Judgement(replace(heard, near_since=fix.at) if away <= fence.enter_m else heard)
    return _dwell(fence, heard, heard.near_since, fix.at)


def _after_silence(fence: Fence, presence: Presence, at: datetime) -> Presence:
    if presence.heard_at is None or at - presence.heard_at <= fence.silence:
        return presence
    return replace(presence, near_since=None, arrived=False)


def _dwell(fence: Fence, presence: Presence, since: datetime, at: datetime) -> Judgement:
    if presence.arrived or at - since < fence.dwell:
        return Judgement(presence)
    arrived = replace(presence, arrived=True)
    if presence.told_at is not None and at - presence.told_at < fence.cooldown:
        return Judgement(arrived)
    return Judgement(replace(arrived, told_at=at), tell=True)


def distance(one: Point, other: Point) -> int:
    """Whole metres along the great circle, by the haversine formula: right to 0.6 %, as the earth is no sphere."""
    north, south = _angle(one.latitude), _angle(other.latitude)
    half_up = sin((south - north) / 2) ** 2
    half_across = sin(_angle(other.longitude - one.longitude) / 2) ** 2
    chord = half_up + cos(north) * cos(south) * half_across
    return round(2 * EARTH_M * asin(min(1.0, sqrt(chord))))


def _angle(millionths: int) -> float:
    return radians(millionths / _PER_DEGREE)


@dataclass(frozen=True, slots=True)
class Store:
    """A shop and where its door is."""

    store_id: str
    name: str
    point: Point


@dataclass(frozen=True, slots=True)
class Nearby:
    """A shop of a list and how far it is, in metres."""

    store: Store
    metres: int


def nearest(stores: Iterable[Store], here: Point) -> tuple[Nearby, ...]:
    """The shops, the nearest first; two that are equally far stand by their ids."""
    found = (Nearby(store, distance(here, store.point)) for store in stores)
    return tuple(sorted(found, key=lambda each: (each.metres, each.store.store_id)))
