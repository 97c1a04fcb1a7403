"""Where people sit: rows of letters, seats of numbers, and three that lie beside each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import ascii_uppercase

TOGETHER = 3
"""How many seats are sold at once."""

MOST_ROWS = len(ascii_uppercase)
_NAME = re.compile(r"([A-Z])([1-9][0-9]?)")


@dataclass(frozen=True, slots=True, order=True)
class Seat:
    """A seat by its row and its number, both from 1."""

    row: int
    number: int

    @property
    def name(self) -> str:
        """As it stands on the seat, such as E5."""
        return f"{ascii_uppercase[self.row - 1]}{self.number}"

    def beside(self) -> tuple[Seat, ...]:
        """The three adjacent seats of which this is the first."""
        return tuple(Seat(self.row, self.number + step) for step in range(TOGETHER))


def seat_of(name: str) -> Seat:
    """The seat of that name; ValueError for what names none."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} names no seat")
    return Seat(ascii_uppercase.index(found[1]) + 1, int(found[2]))


def free_threes(free: frozenset[Seat]) -> list[Seat]:
    """The first seats of all threes that are free, from the front row on."""
    return sorted(seat for seat in free if free.issuperset(seat.beside()))
