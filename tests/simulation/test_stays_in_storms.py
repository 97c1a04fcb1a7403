"""Deposits and settlements of stays under the same storms: of no deposit more or less is kept than its stay came to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.simulation.ground import Ground
from tests.simulation.options import Options
from tests.simulation.simulation import Simulation


def with_stays(seed: int) -> Options:
    """The seed's storm over patients who lie in hospital besides their registrations."""
    return replace(Options.drawn(seed), stays=2)


@pytest.mark.parametrize("seed", range(200, 206))
def test_no_invariant_breaks_with_stays(sqlite_ground: Ground, seed: int) -> None:
    assert Simulation(with_stays(seed), sqlite_ground).run()


@pytest.mark.parametrize("seed", [201])
def test_no_invariant_breaks_with_stays_on_postgresql(postgresql_ground: Ground, seed: int) -> None:
    assert Simulation(with_stays(seed), postgresql_ground).run()
