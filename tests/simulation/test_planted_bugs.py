"""Each planted bug is found within fifty seeds."""

from __future__ import annotations

import pytest

from tests.simulation.ground import Ground
from tests.simulation.mutants import BUGS, STORMS, Bug, Storm
from tests.simulation.options import Options
from tests.simulation.simulation import Simulation

SEEDS = 50


@pytest.mark.timeout(300)
@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_planted_bug_is_found(sqlite_ground: Ground, bug: Bug) -> None:
    with bug.plant():
        killed_at = next((seed for seed in range(SEEDS) if _is_broken(bug, seed, sqlite_ground)), None)
    assert killed_at is not None
    print("KILLED", killed_at)


def _is_broken(bug: Bug, seed: int, ground: Ground) -> bool:
    try:
        Simulation(bug.storm(Options.drawn(seed)), ground).run()
    except Exception:  # noqa: BLE001  a bug may show as a broken invariant or as an error of the bridge
        return True
    return False


@pytest.mark.parametrize("storm", STORMS.values(), ids=STORMS)
def test_the_storm_alone_breaks_nothing(sqlite_ground: Ground, storm: Storm) -> None:
    assert Simulation(storm(Options.drawn(0)), sqlite_ground).run()
