"""`python -m tests.simulation`: many seeds, or one again."""

from __future__ import annotations

import argparse
import sys
from time import monotonic

from hospital_bridge import logs
from tests.simulation.ground import Ground, ground
from tests.simulation.options import Options
from tests.simulation.simulation import Simulation
from tests.simulation.violation import Violation


def main() -> int:
    """Play the seeds; 1 when an invariant broke."""
    asked = _asked()
    logs.configure(level="critical")
    seeds = [asked.seed] if asked.seed is not None else range(asked.first, asked.first + asked.seeds)
    started, broken = monotonic(), 0
    with ground(asked.database) as base:
        for seed in seeds:
            broken += _played(seed, base, told=asked.seed is not None)
    print(f"{len(seeds)} seeds on {asked.database}, {broken} broken, {monotonic() - started:.1f} s")
    return 1 if broken else 0


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
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
