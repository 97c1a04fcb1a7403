"""Which vehicle somebody will get on, from how many places the last ones had: a range, or an honest unknown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice
from typing import NamedTuple

LAST_VEHICLES = 5
"""So many of the last ones are looked at."""


class VehicleRange(NamedTuple):
    """From the `first` to the `last` vehicle from now on, the next one being 1."""

    first: int
    last: int


def vehicle_range(ahead: int, free: Sequence[int]) -> VehicleRange | None:
    """The range for somebody with so many `ahead`, if the next vehicles are like the last; None where none had a place.

    The last vehicles are thought to come again in their order, beginning with each of them: the luckiest and the
    unluckiest beginning make the range.
    """
    if not any(free):
        return None
    counts = [_needed(ahead, [*free[start:], *free[:start]]) for start in range(len(free))]
    return VehicleRange(min(counts), max(counts))


def _needed(ahead: int, free: Sequence[int]) -> int:
    rounds, left = divmod(ahead, sum(free))
    taken = 0
    for count, places in enumerate(islice(cycle(free), len(free)), 1):
        taken += places
        if taken > left:
            return rounds * len(free) + count
    raise AssertionError("a whole round takes more than what is left of one")
