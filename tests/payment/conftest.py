"""The world of one operator's money: on both databases, and shared by four processes on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import MetaData

from hospital_bridge.store.unit_of_work import Store
from tests.conftest import SCENARIO
from tests.fixtures_store import Database, database_of
from tests.payment.crew import Crew, CrewWorld, running_crew
from tests.payment.desk import Desk
from tests.payment.world import World
from tests.steered import FakeClock

Found = Callable[[Desk], World]
FOUR_PROCESSES = "four processes"
RACES = re.compile(r"test_(01_two_taps|06_|25_of_two)")
"""Scenarios that are races: `make test` lets four processes run them too."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--four-processes` each scenario is also played by four processes, without it only races are."""
    wanted = SCENARIO if config.getoption("four_processes") else RACES
    items[:] = [item for item in items if FOUR_PROCESSES not in item.name or _is_played(item, wanted)]


def _is_played(item: pytest.Item, wanted: re.Pattern[str]) -> bool:
    return wanted.match(item.name) is not None and "found" in getattr(item, "fixturenames", ())


@pytest.fixture(params=["sqlite", "postgresql", FOUR_PROCESSES])
def database(request: pytest.FixtureRequest, tables: MetaData | None) -> Iterator[Database]:
    yield from database_of(request, tables)


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    """The four processes, which serve one world after the other."""
    with running_crew() as processes:
        yield processes


@pytest.fixture
def found(request: pytest.FixtureRequest, store: Store, clock: FakeClock, database: Database) -> Iterator[Found]:
    """Founds a world around a desk."""
    if request.node.callspec.params["database"] != FOUR_PROCESSES:
        yield lambda desk: World(store, clock, desk)
        return
    crew = request.getfixturevalue("crew")

    def share(desk: Desk) -> World:
        world = CrewWorld(store, clock, desk)
        world.crew = crew
        crew.enter(world, database.url)
        return world

    yield share
    crew.leave()


@pytest.fixture
def world(found: Found) -> World:
    return found(Desk())
