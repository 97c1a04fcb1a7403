"""Worlds for the tests of the hospital, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData

from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital import store as hospital_store
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.billing import BillWorld


@pytest.fixture
def tables() -> MetaData:
    """The vertical's own."""
    return hospital_store.metadata


@pytest.fixture
def world(store: Store, database: Database, clock: FakeClock) -> BillWorld:
    """One person with one phone whose record number is bound."""
    standing = BillWorld(store, database, clock)
    standing.bind()
    return standing
