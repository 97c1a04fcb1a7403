"""A hospital's morning under a hundred seeds: no invariant breaks, and one seed always plays the same."""

from __future__ import annotations

import pytest

from tests.simulation.ground import Ground
from tests.simulation.options import Options
from tests.simulation.simulation import Simulation


@pytest.mark.parametrize("seed", range(100))
def test_no_invariant_breaks(sqlite_ground: Ground, seed: int) -> None:
    simulation = Simulation(Options.drawn(seed), sqlite_ground)
    simulation.run()
    assert simulation.steps > 0


@pytest.mark.parametrize("seed", [7, 23, 49])
def test_no_invariant_breaks_on_postgresql(postgresql_ground: Ground, seed: int) -> None:
    simulation = Simulation(Options.drawn(seed), postgresql_ground)
    simulation.run()
    assert simulation.steps > 0


def test_one_seed_always_plays_the_same(sqlite_ground: Ground) -> None:
    first, second, other = (Simulation(Options.drawn(seed), sqlite_ground).run() for seed in (16, 16, 17))
    assert first == second
    assert first != other


def test_the_databases_play_the_same(sqlite_ground: Ground, postgresql_ground: Ground) -> None:
    options = Options.drawn(2)
    assert Simulation(options, sqlite_ground).run() == Simulation(options, postgresql_ground).run()
