"""When the bridge dies: never, by chance, or at one chosen point."""

from __future__ import annotations

from random import Random
from typing import Protocol


class SimCrash(Exception):
    """The process is gone; an Exception, for SQLAlchemy throws a connection away on anything broader."""


class Fate(Protocol):
    """Asked at each point at which a process may die: before and after every commit and every send."""

    def strikes(self, point: str) -> bool:
        """Whether the process dies here."""

    def healed(self) -> Fate:
        """What holds once chaos is over."""


class Spared:
    """Nobody dies; `points` lists what was passed."""

    def __init__(self) -> None:
        self.points: list[str] = []

    def strikes(self, point: str) -> bool:
        self.points.append(point)
        return False

    def healed(self) -> Fate:
        return self


class DiesAt(Spared):
    """Death at one point, counted from 1, and never again."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def strikes(self, point: str) -> bool:
        super().strikes(point)
        return len(self.points) == self._number


class DiesByChance:
    """Death at any point with that probability."""

    def __init__(self, rng: Random, rate: float) -> None:
        self._rng = rng
        self._rate = rate

    def strikes(self, point: str) -> bool:
        return self._rng.random() < self._rate

    def healed(self) -> Fate:
        return Spared()
