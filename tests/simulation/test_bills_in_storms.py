"""Bills under the same storms as registrations: no money is lost, doubled or kept for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.simulation.ground import Ground
from tests.simulation.options import Options
from tests.simulation.simulation import Simulation

BILLS = 3


def with_bills(seed: int) -> Options:
    """The seed's storm over patients who have bills besides their registrations."""
    return replace(Options.drawn(seed), bills=BILLS)


@pytest.mark.parametrize("seed", range(100, 106))
def test_no_invariant_breaks_with_bills(sqlite_ground: Ground, seed: int) -> None:
    assert Simulation(with_bills(seed), sqlite_ground).run()


@pytest.mark.parametrize("seed", [101])
def test_no_invariant_breaks_with_bills_on_postgresql(postgresql_ground: Ground, seed: int) -> None:
    assert Simulation(with_bills(seed), postgresql_ground).run()
