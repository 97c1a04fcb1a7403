"""Worlds for the tests of transit, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData

from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.transit import store as transit_store
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.transit.travelling import TransitWorld


@pytest.fixture
def tables() -> MetaData:
    """The vertical's own."""
    return transit_store.metadata


@pytest.fixture
def city(store: Store, database: Database, clock: FakeClock) -> TransitWorld:
    """A transit operator with one rider who has an account."""
    return TransitWorld(store, database, clock)
