"""64 terminals at one card and 64 people at the last cards, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from hospital_bridge.slot import CardRefusal, CardRefused, CardRules, CardState, CardView, Redemption, Use
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


def of_one_end(mall: Mall, card: CardView, end: CardState, told: list[Redemption | CardView | CardRefused]) -> None:
    """The card was redeemed once, or it ended and nobody redeemed it; everybody heard the same."""
    won = [answer for answer in told if isinstance(answer, Redemption)]
    refusals = {no.refusal for no in told if isinstance(no, CardRefused)}
    with mall.cards() as cards:
        state, standing = cards.get(card.card_id).state, cards.standing(card.card_id)
    if won:
        assert (state, [standing]) == (CardState.REDEEMED, won)
        assert refusals == {CardRefusal.ALREADY_REDEEMED}
    else:
        assert (state, standing) == (end, None)
        assert refusals == {CardRefusal(end.value)}


def test_a_card_that_is_taken_back_while_terminals_scan_it_is_void_or_redeemed_and_never_both(mall: Mall) -> None:
    mall.offer()
    card = mall.collected()
    code = mall.code(card)

    def use_or_take_back(number: int) -> Redemption | CardView:
        with mall.cards() as cards:
            if number % 2:
                return cards.void(card.card_id, "office", "wrong person")
            return cards.redeem(Use(f"r{number}", code, "till-1", "staff-1"))

    of_one_end(mall, card, CardState.VOID, at_once(use_or_take_back))


def test_a_card_that_ends_while_terminals_scan_it_is_over_or_redeemed_and_never_both(
    mall: Mall, keys: RootKeys
) -> None:
    """The terminals scan in its last moment, the clock ends it in the next one, and they meet in the database."""
    ends_at = FakeClock().now() + timedelta(hours=1)
    mall.offer(CardRules(ends_at=ends_at))
    card = mall.collected()
    code = mall.code(card)
    late = FakeClock()
    late.advance(timedelta(hours=1))
    after = Mall(Store(mall.store.engine, late, CountedIds(late), keys))

    def use_or_end(number: int) -> Redemption | CardView:
        if number % 2:
            with after.cards() as cards:
                cards.expire()
                return cards.get(card.card_id)
        with mall.cards() as cards:
            return cards.redeem(Use(f"r{number}", code, "till-1", "staff-1"))

    of_one_end(mall, card, CardState.EXPIRED, at_once(use_or_end))


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
