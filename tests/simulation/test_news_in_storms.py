"""Bills, visits and reports under the same storms, twice and in any order: each is kept once, the last one stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.simulation.ground import Ground
from tests.simulation.options import Options
from tests.simulation.simulation import Simulation


def with_news(seed: int) -> Options:
    """The seed's storm over patients who have bills, visits at the window and reports besides their registrations."""
    return replace(Options.drawn(seed), bills=1, news=2)


@pytest.mark.parametrize("seed", range(200, 206))
def test_no_invariant_breaks_with_news(sqlite_ground: Ground, seed: int) -> None:
    assert Simulation(with_news(seed), sqlite_ground).run()


def test_no_invariant_breaks_with_news_on_postgresql(postgresql_ground: Ground) -> None:
    assert Simulation(with_news(205), postgresql_ground).run()
