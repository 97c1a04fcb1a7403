"""`python -m tests.simulation`: many seeds or one again, or death at every commit and send of the straight ways."""

from __future__ import annotations

import argparse
import os
import sys

from hospital_bridge import logs
from tests.simulation.crash_points import JOURNEYS, crash_points
from tests.simulation.ground import Ground, ground
from tests.simulation.storms import played, storm


def main() -> int:
    """Play the seeds; 1 when an invariant broke."""
    asked = _asked()
    logs.configure(level="critical")
    if asked.seed is not None or asked.points:
        with ground(asked.database) as base:
            return _survived(base) if asked.points else played(asked.seed, base, told=True)
    return 1 if storm(range(asked.first, asked.first + asked.seeds), asked.database, asked.processes) else 0


def _survived(base: Ground) -> int:
    """Die at every point of every straight way; how many were not survived."""
    points = [point for journey in JOURNEYS for point in crash_points(base, journey)]
    bad = 0
    for point in points:
        try:
            point.survive(base)
        except AssertionError as fault:
            print(fault, flush=True)
            bad += 1
    print(f"{len(points)} points, {bad} bad", flush=True)
    return bad


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds (200)")
    parser.add_argument("--first", type=int, default=0, help="the first of them (0)")
    parser.add_argument("--seed", type=int, help="one seed, told in more words")
    parser.add_argument("--points", action="store_true", help="no seeds but every crash point")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many play (one a core)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
