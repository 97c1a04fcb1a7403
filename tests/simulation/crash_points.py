"""Every straight way through the hospital, and death at every commit and send on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.simulation.fate import DiesAt, Spared
from tests.simulation.ground import Ground
from tests.simulation.options import Moods, Options
from tests.simulation.simulation import Simulation
from tests.simulation.violation import Violation

_CALM = Moods(pays=1.0, pays_within=3.0, pays_late=0.0, cancels=0.0, taps_twice=0.0, chooses_free=0.0)
_DAY = Options(seed=1, chaos=timedelta(minutes=10), newcomers_only=True, moods=_CALM)

JOURNEYS: Mapping[str, Options] = {
    "a new patient books, pays and is registered": _DAY,
    "paid, then cancelled and refunded": replace(_DAY, moods=replace(_CALM, cancels=1.0, cancels_within=((30, 30),))),
    "free of charge": replace(_DAY, moods=replace(_CALM, chooses_free=1.0)),
    "the hospital refuses the posting": replace(_DAY, moods=replace(_CALM, refuses_posting=1.0)),
    "a bill is paid": replace(_DAY, visits=0, bills=1),
    "deposits are paid onto a stay, and settled": replace(_DAY, visits=0, stays=1, chaos=timedelta(minutes=20)),
    "never paid": replace(_DAY, moods=replace(_CALM, pays=0.0)),
}


@dataclass(frozen=True)
class CrashPoint:
    """The `number`-th point of a journey, counted from 1."""

    journey: str
    number: int
    words: str

    def survive(self, ground: Ground) -> None:
        """Die there, start again, finish the journey; Violation where anything is lost or doubled."""
        fate = DiesAt(self.number)
        try:
            Simulation(JOURNEYS[self.journey], ground, fate).run()
        except Violation as violation:
            raise AssertionError(f"{self.journey}, killed at {self.number} ({self.words}):\n{violation}") from None
        if len(fate.points) < self.number:
            raise AssertionError(f"{self.journey} never came to point {self.number}")


def crash_points(ground: Ground, journey: str) -> list[CrashPoint]:
    """Before and after every commit and every send of a journey."""
    fate = Spared()
    Simulation(JOURNEYS[journey], ground, fate).run()
    return [CrashPoint(journey, number, words) for number, words in enumerate(fate.points, 1)]


def distinct(points: Iterable[CrashPoint]) -> list[CrashPoint]:
    """One point of each state of the world: between two points that follow each other nothing changes."""
    return [point for point in points if point.words.startswith("after")]
