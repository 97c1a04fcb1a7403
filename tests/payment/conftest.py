"""The world of one operator's money, on both databases."""

from __future__ import annotations

import pytest

from hospital_bridge.store.unit_of_work import Store
from tests.payment.world import World
from tests.steered import FakeClock


@pytest.fixture
def world(store: Store, clock: FakeClock) -> World:
    return World(store, clock)
