"""A table of figures is noised once and paid for once, however many ask for it at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.district import store as district_store
from hospital_bridge.verticals.district.audience.release import BudgetSpent, Figure
from hospital_bridge.verticals.district.audience.tables import AudienceTable, Dimension
from hospital_bridge.verticals.district.store.audience import costs, release_once
from tests.cards.counters import Mall
from tests.fixtures_store import Database
from tests.steered import CountedIds, FakeClock
from tests.verticals.district.coin import Coin

RACERS = 16
BAND = Dimension("band", ("young", "old"), "district_member")
PEOPLE = [{"band": "young"}] * 400 + [{"band": "old"}] * 3


def table(number: int) -> AudienceTable:
    return AudienceTable(f"band-{number}", (BAND,), 100)


@pytest.fixture
def mall(database: Database, keys: RootKeys) -> Iterator[Mall]:
    database.add_tables(district_store.metadata)
    engine = make_engine(database.url, pool_size=RACERS)
    clock = FakeClock()
    yield Mall(Store(engine, clock, CountedIds(clock), keys))
    engine.dispose()


def ask(mall: Mall, number: int, seed: int, budget: int = 1000) -> tuple[Figure, ...]:
    with mall.work() as work:
        return tuple(release_once(work, table(number), "2026-10", budget, PEOPLE, Coin(seed)))


def test_sixteen_who_ask_at_once_read_the_same_figures(mall: Mall) -> None:
    barrier = Barrier(RACERS)

    def press(seed: int) -> tuple[Figure, ...]:
        barrier.wait()
        return ask(mall, 1, seed)

    with ThreadPoolExecutor(RACERS) as pool:
        (told,) = set(pool.map(press, range(RACERS)))
    assert [figure.cell for figure in told] == [("young",), ("old",)]
    assert told[0].people is not None
    assert told[1].people is None
    with mall.work() as work:
        assert [cost.milli_epsilon for cost in costs(work, "2026-10")] == [100]


def test_tables_that_are_released_at_once_cannot_overspend_the_budget(mall: Mall) -> None:
    barrier = Barrier(RACERS)

    def press(number: int) -> bool:
        barrier.wait()
        try:
            ask(mall, number, number, budget=350)
        except BudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        assert Counter(pool.map(press, range(RACERS))) == {True: 3, False: RACERS - 3}
    with mall.work() as work:
        assert sum(cost.milli_epsilon for cost in costs(work, "2026-10")) == 300
