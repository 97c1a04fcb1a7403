"""The table of doors: every promise of the hospital's ports is kept through each of them, or told here why not.

A new door is one entry: how its adapter is made hasty, and what its transport cannot express. Each gap stands in the
ids of its tests, which run all the same and must fail: a gap that has closed is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.hl7.build import UTF_8
from hospital_bridge.sandbox.hospital.faults import FaultKind

FEEDS, UNMERGES, STAYS = "feeds", "unmerges", "stays"
FAILING_QUESTIONS, FAILING_FEEDS = "questions that fail", "feeds that fail"
LATE_ANSWERS, ANSWERED_AMOUNTS = "late answers", "amounts as they are answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class HisDoor:
    """One door of `sandbox/hospital/doors` and the adapter that its `written` names.

    `hasty` are settings with which the adapter waits 0.1 s for an answer; `on_postgresql` where the hospital's own
    database is one. `cannot` has the promises (the text given
    to `at_every_door`, or `fault KIND`) that the transport cannot express, each with its reason.
    """

    hasty: Mapping[str, Any]
    on_postgresql: bool = False
    charset: str = UTF_8
    cannot: Mapping[str, str] = field(default_factory=dict)


DOORS: Mapping[str, HisDoor] = {
    "hl7v2": HisDoor(
        hasty={"reply_timeout": 0.1},
        charset="GB 18030-2000",
        cannot=dict.fromkeys((FEEDS, FAILING_FEEDS), "the hospital sends its news itself"),
    ),
    "http-xml": HisDoor(hasty={"reply_timeout": 0.1}, charset="GB 18030-2000"),
    "sql-view": HisDoor(
        hasty={"reply_timeout": 0.1},
        cannot=dict.fromkeys(
            (FAILING_QUESTIONS, FAILING_FEEDS, LATE_ANSWERS, ANSWERED_AMOUNTS),
            "whoever reads a file is seen by nobody, so nobody makes it fail",
        ),
    ),
    "sql-view on PostgreSQL": HisDoor(hasty={"reply_timeout": 0.1}, on_postgresql=True),
    "fhir": HisDoor(
        hasty={"reply_timeout": 0.1},
        cannot={
            UNMERGES: "a Patient that counts again says not that it was merged",
            STAYS: "an Encounter says nothing of deposits and settlement",
        },
    ),
}


def at_every_door(promise: str = "", *, faults: Sequence[FaultKind] = ()) -> pytest.MarkDecorator:
    """Run the test through every door, as `site`; with `faults` under each of them too, as `kind`."""
    if not faults:
        return pytest.mark.parametrize("site", list(_doors(promise)), indirect=True, scope="module")
    pairs = [
        pytest.param(name, kind, id=f"{name}-{kind}{_told(reason)}", marks=_marks(reason))
        for name, door in DOORS.items()
        for kind in faults
        for reason in (door.cannot.get(f"fault {kind}") or door.cannot.get(promise, ""),)
    ]
    return pytest.mark.parametrize(("site", "kind"), pairs, indirect=["site"], scope="module")


def _doors(promise: str) -> Iterator[Any]:
    for name, door in DOORS.items():
        reason = door.cannot.get(promise, "")
        yield pytest.param(name, id=f"{name}{_told(reason)}", marks=_marks(reason))


def _told(reason: str) -> str:
    return f" CANNOT: {reason}" if reason else ""


def _marks(reason: str) -> Sequence[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
