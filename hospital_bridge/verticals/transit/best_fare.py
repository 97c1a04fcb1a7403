"""The least that the tariff allows for one account's service day, exactly, and what makes it up.

Two things lower a day's total. Journeys that follow one another within the transfer window make one fare, the dearest
of them. And a day cap, once taken, covers every journey within its zones. All sets of caps are tried, and for each the
best cut of the other journeys into fares is found by dynamic programming; tests hold it against trying everything.

Taking a journey away from a fare leaves a fare that is allowed and costs no more. Hence one more journey never lowers
the total, and covering what can be covered is never dearer than paying for it. One that lacks a tap is a fare alone and
parts those before it from those after it: were it left out, a tap more could bring these together and lower the total.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from hospital_bridge.verticals.transit.journeys import Journey
from hospital_bridge.verticals.transit.tariff import DayCap, Tariff

MOST_CAPS = 6
"""A tariff with more day caps than this is refused: every set of them is tried."""


class Why(StrEnum):
    """What a journey's part of the day's total rests on."""

    FARE = "fare"
    MISSING_TAP = "missing_tap"
    TRANSFER = "transfer"
    CAP = "cap"


@dataclass(frozen=True, slots=True)
class JourneyFare:
    """A journey's own price and what is paid for it; 0 where another journey's fare or a cap includes it."""

    journey: Journey
    list_fen: int
    paid_fen: int
    why: Why


@dataclass(frozen=True, slots=True)
class DayFare:
    """What a service day costs: the sum of the journeys' `paid_fen` and of the caps that were reached."""

    total_fen: int
    journeys: tuple[JourneyFare, ...]
    caps: tuple[DayCap, ...] = ()


@dataclass(frozen=True, slots=True)
class _Priced:
    journey: Journey
    fen: int
    zones: frozenset[str] | None


def best_fare(journeys: Iterable[Journey], tariff: Tariff) -> DayFare:
    """The cheapest allowed way to pay for one account's journeys of a day; NoFare where one has no price."""
    if len(tariff.caps) > MOST_CAPS:
        raise ValueError(f"a tariff has at most {MOST_CAPS} day caps")
    day = [_Priced(journey, tariff.fare(journey), tariff.zones(journey)) for journey in sorted(journeys, key=_order)]
    ways = (_with_caps(day, caps, tariff) for caps in _sets_of(tariff.caps))
    # The smallest set of caps comes first and wins a tie: a cap is named only where it saves something.
    return min(ways, key=lambda way: way.total_fen)


def _sets_of(caps: Sequence[DayCap]) -> Iterator[tuple[DayCap, ...]]:
    for size in range(len(caps) + 1):
        yield from combinations(caps, size)


def _order(journey: Journey) -> tuple[object, ...]:
    return (journey.begins, journey.line_id, journey.origin, journey.destination)


def _with_caps(day: Sequence[_Priced], caps: tuple[DayCap, ...], tariff: Tariff) -> DayFare:
    covered = [any(cap.covers(ride.zones) for cap in caps) for ride in day]
    others = [ride for ride, is_covered in zip(day, covered, strict=True) if not is_covered]
    paid = iter(_pay(others, tariff))
    fares = tuple(
        JourneyFare(ride.journey, ride.fen, 0, Why.CAP) if is_covered else next(paid)
        for ride, is_covered in zip(day, covered, strict=True)
    )
    total = sum(fare.paid_fen for fare in fares) + sum(cap.fen for cap in caps)
    return DayFare(total, fares, caps)


def _pay(rides: Sequence[_Priced], tariff: Tariff) -> Iterator[JourneyFare]:
    """The rides in the cheapest cut into fares; of equal ones the one with the longest fares."""
    least, cuts = [0], [0]
    for end in range(1, len(rides) + 1):
        fen, start = min((least[start] + _fare_of(rides[start:end]), start) for start in _starts(rides, end, tariff))
        least.append(fen)
        cuts.append(start)
    groups: list[Sequence[_Priced]] = []
    end = len(rides)
    while end:
        groups.append(rides[cuts[end] : end])
        end = cuts[end]
    for group in reversed(groups):
        yield from _share(group)


def _starts(rides: Sequence[_Priced], end: int, tariff: Tariff) -> Iterator[int]:
    """From where a fare that ends before `end` may begin."""
    yield end - 1
    for start in range(end - 2, max(-1, end - 2 - tariff.transfer.most), -1):
        if not _is_one_fare(rides[start:end], tariff):
            return
        yield start


def _is_one_fare(rides: Sequence[_Priced], tariff: Tariff) -> bool:
    first, last = rides[0].journey, rides[-1].journey
    whole = all(ride.journey.missing is None for ride in rides)
    return whole and last.begins - first.begins <= tariff.transfer.window


def _fare_of(rides: Sequence[_Priced]) -> int:
    return max(ride.fen for ride in rides)


def _share(rides: Sequence[_Priced]) -> Iterator[JourneyFare]:
    dearest = max(range(len(rides)), key=lambda place: rides[place].fen)
    for place, ride in enumerate(rides):
        if place != dearest:
            yield JourneyFare(ride.journey, ride.fen, 0, Why.TRANSFER)
        else:
            yield JourneyFare(ride.journey, ride.fen, ride.fen, Why.MISSING_TAP if ride.journey.missing else Why.FARE)
