"""Worlds for the tests of the hospital, on both databases."""

from __future__ import annotations

import pytest

from hospital_bridge.store.unit_of_work import Store
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.billing import BillWorld


@pytest.fixture
def world(store: Store, database: Database, clock: FakeClock) -> BillWorld:
    """One person with one phone whose record number is bound."""
    standing = BillWorld(store, database, clock)
    standing.bind()
    return standing
