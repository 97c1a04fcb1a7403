"""Members' points in both databases: what 64 tills do at once is what one till would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from hospital_bridge.slot import VerticalWork
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.district import store as district_store
from hospital_bridge.verticals.district.points import Earned, NotEnoughPoints, PointsEvent, Spent, TakenBack
from hospital_bridge.verticals.district.store import points
from tests.cards.counters import Mall
from tests.fixtures_store import Database
from tests.steered import CountedIds, FakeClock

RACERS = 64
NOW = datetime(2026, 6, 1, tzinfo=UTC)
END = datetime(2027, 6, 1, tzinfo=UTC)
SHOPPING = Earned("p1", 100, NOW, END)


@pytest.fixture
def mall(database: Database, keys: RootKeys) -> Iterator[Mall]:
    database.add_tables(district_store.metadata)
    # A connection for each racer, so that they meet in the database and not before it.
    engine = make_engine(database.url, pool_size=RACERS)
    clock = FakeClock()
    yield Mall(Store(engine, clock, CountedIds(clock), keys))
    engine.dispose()


@pytest.fixture
def work(mall: Mall) -> Iterator[VerticalWork]:
    with mall.work() as work:
        yield work


def test_what_was_written_is_what_is_read(work: VerticalWork) -> None:
    told: list[PointsEvent] = [SHOPPING, Spent(30, NOW), TakenBack("p1", 10, NOW)]
    accounts = [points.write(work, "ann", f"source-{number}", event) for number, event in enumerate(told)]
    assert list(points.events(work, "ann")) == told
    assert points.account(work, "ann") == accounts[-1]
    assert accounts[-1].balance(NOW) == 60


def test_a_source_gives_its_points_once(work: VerticalWork) -> None:
    once = points.write(work, "ann", "pay-1", SHOPPING)
    assert points.write(work, "ann", "pay-1", SHOPPING) == once
    others: list[tuple[str, PointsEvent]] = [
        ("bob", SHOPPING),
        ("ann", Earned("p1", 99, NOW, END)),
        ("ann", Spent(100, NOW)),
    ]
    for subject, event in others:
        with pytest.raises(points.OtherEvent):
            points.write(work, subject, "pay-1", event)


def test_what_the_account_does_not_allow_is_not_written(work: VerticalWork) -> None:
    with pytest.raises(NotEnoughPoints):
        points.write(work, "ann", "order-1", Spent(1, NOW))
    assert list(points.events(work, "ann")) == []


def test_a_forgotten_person_has_no_points_and_the_others_theirs(work: VerticalWork) -> None:
    for subject in ("ann", "bob"):
        points.write(work, subject, f"pay-{subject}", SHOPPING)
    points.forget(work, "ann")
    assert (points.account(work, "ann").balance(NOW), points.account(work, "bob").balance(NOW)) == (0, 100)


def test_sixty_four_tills_at_one_account_spend_what_is_there_and_no_more(mall: Mall) -> None:
    with mall.work() as work:
        points.write(work, "ann", "pay-1", SHOPPING)
    barrier = Barrier(RACERS)

    def spend(number: int) -> bool:
        barrier.wait()
        try:
            with mall.work() as work:
                points.write(work, "ann", f"order-{number}", Spent(9, NOW))
        except NotEnoughPoints:
            return False
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        assert Counter(pool.map(spend, range(RACERS))) == {True: 11, False: RACERS - 11}
    with mall.work() as work:
        assert points.account(work, "ann").balance(NOW) == 1


def test_idle_is_whose_last_event_is_old_and_who_has_nothing_left_to_spend(work: VerticalWork) -> None:
    now, day = work.now, timedelta(days=1)
    points.write(work, "gone", "1", Earned("p1", 9, now - 9 * day, now - day))
    points.write(work, "rich", "2", Earned("p2", 9, now - 9 * day, now + day))
    points.write(work, "busy", "3", Earned("p3", 9, now - 9 * day, now - day))
    points.write(work, "busy", "4", TakenBack("p3", 9, now - 2 * day))
    assert list(points.idle_since(work, now - 3 * day)) == ["gone"]
    assert sorted(points.idle_since(work, now)) == ["busy", "gone"]
