"""The cinema as it was installed from its wheel, and an evening at it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from hospital_bridge.store.unit_of_work import Store
from tests.conformance.cinema.evening import Evening
from tests.conformance.planting import CINEMA_PACKAGE, on_the_path
from tests.fixtures_store import Database
from tests.steered import FakeClock


@pytest.fixture
def cinema(cinema_site: Path) -> Iterator[ModuleType]:
    with on_the_path(cinema_site, CINEMA_PACKAGE):
        yield import_module(CINEMA_PACKAGE)


@pytest.fixture
def evening(cinema: ModuleType, store: Store, database: Database, clock: FakeClock) -> Evening:
    return Evening(cinema, store, database, clock)
