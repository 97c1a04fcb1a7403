"""Malls for the tests of the district, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData

from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.district import store as district_store
from tests.fixtures_store import Database
from tests.steered import CountedIds, FakeClock
from tests.verticals.district.malls import TradingMall
from tests.verticals.district.visiting import MallWorld


@pytest.fixture
def tables() -> MetaData:
    """The vertical's own."""
    return district_store.metadata


@pytest.fixture
def world(store: Store, database: Database, clock: FakeClock, ids: CountedIds) -> MallWorld:
    """A mall with a restaurant and two shops."""
    return MallWorld(store, database, clock, ids)


@pytest.fixture
def mall(store: Store, database: Database, clock: FakeClock) -> TradingMall:
    """A mall that has put up its coupons, with one member."""
    world = TradingMall(store, database, clock)
    world.put_up()
    return world
