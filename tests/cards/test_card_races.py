"""64 terminals at one card and 64 people at the last cards, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from hospital_bridge.slot import CardRefusal, CardRefused, CardState, CardView, Redemption, Use
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store
from tests.cards.counters import COFFEE, Mall
from tests.fixtures_store import Database
from tests.steered import CountedIds, FakeClock

RACERS = 64


def all_have_looked(mall: Mall, database: Database) -> None:
    """Every terminal has judged the card before the first one writes; SQLite lets in one writer at a time anyway."""
    if database.name == "postgresql":
        met = Barrier(RACERS)
        mall.allows = lambda work, card, use: "" if met.wait() >= 0 else "never"


@pytest.fixture
def mall(database: Database, keys: RootKeys) -> Iterator[Mall]:
    # A connection for each racer, so that they meet in the database and not before it.
    engine = make_engine(database.url, pool_size=RACERS)
    clock = FakeClock()
    yield Mall(Store(engine, clock, CountedIds(clock), keys))
    engine.dispose()


def at_once(act: Callable[[int], Redemption | CardView]) -> list[Redemption | CardView | CardRefused]:
    """What each of the racers was told."""
    barrier = Barrier(RACERS)

    def run(number: int) -> Redemption | CardView | CardRefused:
        barrier.wait()
        try:
            return act(number)
        except CardRefused as refused:
            return refused

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(run, range(RACERS)))


def test_of_sixty_four_terminals_one_wins_and_the_others_hear_who_where_and_when(
    mall: Mall, database: Database
) -> None:
    mall.offer()
    card = mall.collected()
    all_have_looked(mall, database)
    code = mall.code(card)

    def use(number: int) -> Redemption:
        with mall.cards() as cards:
            return cards.redeem(Use(f"r{number}", code, f"till-{number}", f"staff-{number}", f"order-{number}"))

    told = at_once(use)
    (won,) = [answer for answer in told if isinstance(answer, Redemption)]
    lost = [answer for answer in told if isinstance(answer, CardRefused)]
    assert [(no.refusal, no.redemption) for no in lost] == [(CardRefusal.ALREADY_REDEEMED, won)] * (RACERS - 1)
    assert mall.now(card).state is CardState.REDEEMED


def test_one_request_sent_sixty_four_times_is_one_redemption(mall: Mall, database: Database) -> None:
    mall.offer()
    code = mall.code(mall.collected())
    all_have_looked(mall, database)

    def use(_number: int) -> Redemption:
        with mall.cards() as cards:
            return cards.redeem(Use("r1", code, "till-1", "staff-1"))

    told = at_once(use)
    assert isinstance(told[0], Redemption)
    assert told == [told[0]] * RACERS


def test_sixty_four_people_share_the_last_ten_cards_and_no_eleventh_is_made(mall: Mall) -> None:
    mall.offer(supply=10)
    told = at_once(lambda number: mall.give(f"s{number}"))
    assert Counter(isinstance(answer, CardView) for answer in told) == {True: 10, False: RACERS - 10}
    assert {no.refusal for no in told if isinstance(no, CardRefused)} == {CardRefusal.SOLD_OUT}
    with mall.cards() as cards:
        assert cards.left(COFFEE.template_id) == 0


def test_one_person_on_sixty_four_phones_gets_one_card(mall: Mall) -> None:
    mall.offer(supply=10)
    told = at_once(lambda number: mall.give("s1", f"phone-{number}"))
    assert Counter(isinstance(answer, CardView) for answer in told) == {True: 1, False: RACERS - 1}
    with mall.cards() as cards:
        assert cards.left(COFFEE.template_id) == 9
        assert len(cards.of_subject("s1")) == 1
