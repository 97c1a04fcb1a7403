"""`python -m tests.simulation`: many seeds, or one again; then death at every commit and send of the straight ways."""

from __future__ import annotations

import argparse
import sys
from time import monotonic

from hospital_bridge import logs
from tests.simulation.crash_points import JOURNEYS, crash_points
from tests.simulation.ground import Ground, ground
from tests.simulation.options import Options
from tests.simulation.simulation import Simulation
from tests.simulation.violation import Violation


def main() -> int:
    """Play the seeds; 1 when an invariant broke."""
    asked = _asked()
    logs.configure(level="critical")
    seeds = [asked.seed] if asked.seed is not None else range(asked.first, asked.first + asked.seeds)
    started = monotonic()
    with ground(asked.database) as base:
        broken = sum(_played(seed, base, told=asked.seed is not None) for seed in seeds)
        print(f"{len(seeds)} seeds on {asked.database}, {broken} broken, {monotonic() - started:.1f} s", flush=True)
        bad = _survived(base) if asked.points and asked.seed is None else 0
    print(f"{monotonic() - started:.1f} s")
    return 1 if broken or bad else 0


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


def _played(seed: int, base: Ground, *, told: bool) -> int:
    simulation = Simulation(Options.drawn(seed), base)
    try:
        digest = simulation.run()
    except Violation as violation:
        print(violation, flush=True)
        return 1
    if told:
        print(f"seed {seed}: {simulation.steps} steps, trace {digest}\n{simulation.options.told()}")
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds (200)")
    parser.add_argument("--first", type=int, default=0, help="the first of them (0)")
    parser.add_argument("--seed", type=int, help="one seed, told in more words")
    parser.add_argument("--points", action=argparse.BooleanOptionalAction, default=True, help="crash points too")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
