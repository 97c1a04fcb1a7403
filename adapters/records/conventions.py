"""What the texts of a hospital's records mean: units, times and code tables, as the readers use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from adapters.invoices import InvoiceState
from adapters.news import AbnormalFlag, ReportKind, ReportStatus
from adapters.values import EntryKind, Sex

LIVE, OVER = "live", "over"
"""Whether an appointment stands."""

STANDS, OFF = "stands", "off"
"""Whether a visit that is told of stands."""

WANTED, WITHDRAWN = "wanted", "withdrawn"
"""Whether a bill is."""

MERGED, LINKED, PARTED = "merged", "linked", "parted"
"""Whether a number went up into another, is one more of the same person's, or somebody else's after all."""

NOTHING = "nothing"
"""A state under which there is nothing to tell yet."""

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
    invoice_states: Mapping[str, InvoiceState]
    visit_states: Mapping[str, str]
    bill_states: Mapping[str, str]
    merge_states: Mapping[str, str]
    truths: Mapping[str, bool]
    report_kinds: Mapping[str, ReportKind]
    statuses: Mapping[str, ReportStatus | None]
    item_statuses: Mapping[str, ReportStatus | None]
    flags: Mapping[str, AbnormalFlag]
    document_encoding: str


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
            "invoice_states": {code: InvoiceState(state) for code, state in loaded["invoice_states"].items()},
            "report_kinds": {code: ReportKind(kind) for code, kind in loaded["report_kinds"].items()},
            "statuses": _statuses(loaded["statuses"]),
            "item_statuses": _statuses(loaded["item_statuses"]),
            "flags": {code: AbnormalFlag(flag) for code, flag in loaded["flags"].items()},
        }
    )


def _part(written: str) -> Part:
    begins, _, ends = written.partition("-")
    return Part(time.fromisoformat(begins), time.fromisoformat(ends))


def _statuses(written: Mapping[str, str]) -> Mapping[str, ReportStatus | None]:
    return {code: None if meaning == NOTHING else ReportStatus(meaning) for code, meaning in written.items()}
