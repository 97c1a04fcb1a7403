"""What the texts of a hospital's records mean: units, times and code tables, as the readers use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from adapters.values import EntryKind, Sex

LIVE, OVER = "live", "over"
"""Whether an appointment stands."""

ANYTHING_ELSE = "*"
"""The key of a table that says what every code means that it does not list."""

PLUS, MINUS = "+", "-"
"""Keys of `entry_kinds` where the sign of the amount says what was moved."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day, local times."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """`unit` is yuan or fen; `formats` are tried on times before the usual forms; `blanks` stand for nothing.

    `id_types` has the hospital's codes for each identifier of ours, first the one that we send; `sexes` and
    `entry_kinds` likewise lead from its codes to ours, and what we send is the first code that leads to the value.
    """

    unit: str
    time_zone: ZoneInfo
    formats: tuple[str, ...]
    day_sent: str
    instant_sent: str
    blanks: frozenset[str]
    document: str
    id_types: Mapping[str, Sequence[str]]
    sexes: Mapping[str, Sex]
    sessions: Mapping[str, Part]
    booking_states: Mapping[str, str]
    entry_kinds: Mapping[str, EntryKind]


def conventions_from(loaded: Mapping[str, Any]) -> Conventions:
    """The conventions from what `ConventionsSchema` loaded."""
    return Conventions(
        **{
            **loaded,
            "time_zone": ZoneInfo(loaded["time_zone"]),
            "formats": tuple(loaded["formats"]),
            "blanks": frozenset(loaded["blanks"]),
            "sexes": {code: Sex(sex) for code, sex in loaded["sexes"].items()},
            "sessions": {code: _part(written) for code, written in loaded["sessions"].items()},
            "entry_kinds": {code: EntryKind(kind) for code, kind in loaded["entry_kinds"].items()},
        }
    )


def _part(written: str) -> Part:
    begins, _, ends = written.partition("-")
    return Part(time.fromisoformat(begins), time.fromisoformat(ends))
