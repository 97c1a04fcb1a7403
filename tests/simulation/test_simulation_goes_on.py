"""Another hundred seeds, in a file of their own: so two processes of `make test` share them."""

from __future__ import annotations

import pytest

from tests.simulation.ground import Ground
from tests.simulation.test_simulation import test_no_invariant_breaks as one_seed


@pytest.mark.parametrize("seed", range(100, 200))
def test_no_invariant_breaks(sqlite_ground: Ground, seed: int) -> None:
    one_seed(sqlite_ground, seed)
