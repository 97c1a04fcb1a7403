"""Addresses of values: `PID-3.4.2`, `PID-3(2).1` (second repetition), `OBX(3)-5` (third OBX)."""

from __future__ import annotations

import re
from typing import NamedTuple

_PLACE = re.compile(r"(?P<field>\d+)(?:\((?P<repetition>\d+)\))?(?:\.(?P<component>\d+)(?:\.(?P<subcomponent>\d+))?)?")
_SEGMENT = re.compile(r"(?P<name>[A-Z][A-Z0-9]{2})(?:\((?P<occurrence>\d+)\))?")
_MOST_REMEMBERED = 4096


class Place(NamedTuple):
    """A position inside a segment, each number from 1; 0 for `component` or `subcomponent` means all of it."""

    field: int
    repetition: int = 1
    component: int = 0
    subcomponent: int = 0


class Path(NamedTuple):
    """A place in the `occurrence`-th segment (from 1) of that name."""

    segment: str
    occurrence: int
    place: Place


class _Places(dict["str | Place", tuple[int, int, int, int]]):
    """The place that an address names, read once; a place names itself."""

    def __missing__(self, address: str | Place) -> tuple[int, int, int, int]:
        # A plain tuple: Python unpacks one in a third of the time.
        number, repetition, component, subcomponent = place(address) if isinstance(address, str) else address
        found = (number, repetition, component, subcomponent)
        if len(self) < _MOST_REMEMBERED:
            self[address] = found
        return found


class _Paths(dict[str, tuple[str, int, str]]):
    """Segment, occurrence and the words for the place that an address names, read once."""

    def __missing__(self, address: str) -> tuple[str, int, str]:
        name, occurrence, _ = path(address)
        # Words are found among `PLACES` in half the time that a tuple takes.
        found = (name, occurrence, address.partition("-")[2])
        if len(self) < _MOST_REMEMBERED:
            self[address] = found
        return found


PLACES = _Places()
PATHS = _Paths()
"""Most values are read by the same few addresses all day long."""


def place(text: str) -> Place:
    """Read `3(2).4.2`; ValueError for anything else, or for a number 0."""
    found = _PLACE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no place in a segment such as 3, 3.4.2 or 3(2).1")
    if any(number is not None and int(number) == 0 for number in found.groups()):
        raise ValueError(f"{text!r}: fields, repetitions and components are counted from 1")
    field, repetition, component, subcomponent = found.groups()
    return Place(int(field), int(repetition or 1), int(component or 0), int(subcomponent or 0))


def path(text: str) -> Path:
    """Read `PID-3(2).1` or `OBX(2)-5`; ValueError for anything else."""
    head, dash, tail = text.partition("-")
    found = _SEGMENT.fullmatch(head)
    if not found or not dash:
        raise ValueError(f"{text!r} is no address such as PID-3.4.2, PID-3(2).1 or OBX(2)-5")
    occurrence = int(found["occurrence"] or 1)
    if not occurrence:
        raise ValueError(f"{text!r}: segments are counted from 1")
    return Path(found["name"], occurrence, place(tail))
