"""Two thousand patients at seven o'clock before a hospital whose system dies above four calls at the same time.

Phones, hospital and bridge share one process and one machine, so that the times say more of the machine than of the
bridge: what counts is that the hospital lives, that everybody is told the truth, and how many were served.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from tests.pace.rush import DIES_ABOVE, THINKS_SECONDS, rush

Row = dict[str, object]

PATIENTS = int(os.environ.get("HB_RUSH_PATIENTS", "2000"))
AT_ONCE, TRIES = 50, 20


def run() -> list[Row]:
    """Answers by kind, patients served, and the calls to the hospital against what it bears in that time."""
    with tempfile.TemporaryDirectory() as folder, rush(Path(folder), PATIENTS, AT_ONCE) as morning:
        calls_before, began = len(morning.town.hospital.heard), perf_counter()
        morning.at_seven(TRIES)
        took = perf_counter() - began
        endurance, calls = morning.town.hospital.endurance, len(morning.town.hospital.heard) - calls_before
        bears = DIES_ABOVE / THINKS_SECONDS
        return [
            _row("calls at once, the most", endurance.peak, "calls", DIES_ABOVE, "what it bears"),
            _row("the hospital's system died", int(endurance.has_fallen), "times"),
            _row("patients with a place", morning.served, "patients", PATIENTS, "all who came"),
            _row("places in the hospital's diary", morning.booked, "places", morning.served, "patients with a place"),
            *_answers(morning.told),
            _row("the rush took", took, "s"),
            _row("calls to the hospital", calls / took, "calls/s", bears, "what it can answer"),
        ]


def _answers(told: dict[str, int]) -> Iterator[Row]:
    for answer, count in sorted(told.items()):
        yield _row(f"answered {answer}", count, "pages", sum(told.values()), "all pages")


def _row(name: str, value: float, unit: str, whole: float = 0, against: str = "") -> Row:
    compared = {"ratio": round(value / whole, 3), "against": against} if whole else {}
    return {"name": name, "value": round(value, 1), "unit": unit, **compared}
