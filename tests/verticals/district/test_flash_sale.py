"""A flash sale lets in whom it admitted, for a short while, and sells what there is and nothing more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_bridge.slot import CardRefusal, CardRefused, CardView
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.district.flash_sale import (
    LIFE,
    FlashSale,
    Refusal,
    SaleRefused,
    admit,
    check,
    reach,
    take,
)
from tests.cards.counters import COFFEE, Mall
from tests.fixtures_store import Database
from tests.steered import CountedIds, FakeClock

RACERS = 64
KEY = bytes(range(32))
NOON = datetime(2026, 11, 11, 12, tzinfo=UTC)
SALE = FlashSale("double-eleven", COFFEE.template_id, NOON, NOON + timedelta(hours=1))


def refused(subject: str, token: str, at: datetime, key: bytes = KEY, sale: FlashSale = SALE) -> Refusal:
    with pytest.raises(SaleRefused) as caught:
        check(key, sale, subject, token, at)
    return caught.value.refusal


def test_a_token_lets_in_one_person_to_one_sale_for_a_short_while() -> None:
    token = admit(KEY, SALE, "ann", NOON)
    assert len(token) == 54
    check(KEY, SALE, "ann", token, NOON)
    check(KEY, SALE, "ann", token, NOON + LIFE - timedelta(microseconds=1))
    assert refused("ann", token, NOON + LIFE) is Refusal.TOO_LATE
    assert refused("bob", token, NOON) is Refusal.NOT_ADMITTED
    assert refused("ann", token, NOON, key=bytes(32)) is Refusal.NOT_ADMITTED
    other = FlashSale("new-year", SALE.template_id, SALE.opens_at, SALE.closes_at)
    assert refused("ann", token, NOON, sale=other) is Refusal.NOT_ADMITTED


def test_parts_of_person_and_sale_cannot_change_sides() -> None:
    moved = FlashSale("double-elevena", SALE.template_id, SALE.opens_at, SALE.closes_at)
    assert refused("nn", admit(KEY, SALE, "ann", NOON), NOON, sale=moved) is Refusal.NOT_ADMITTED


@given(st.integers(0, 53), st.sampled_from("ABCXYZabcxyz0189-_ =é"))
def test_a_token_with_one_other_character_lets_in_nobody(place: int, letter: str) -> None:
    token = admit(KEY, SALE, "ann", NOON)
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        assert refused("ann", changed, NOON) is Refusal.NOT_ADMITTED


@given(st.text(max_size=80))
def test_whatever_else_arrives_was_admitted_by_nobody(token: str) -> None:
    assert refused("ann", token, NOON) is Refusal.NOT_ADMITTED


def test_nobody_is_let_in_before_the_sale_opens_nor_after_it_closed() -> None:
    for at, why in ((NOON - timedelta(microseconds=1), Refusal.NOT_YET), (SALE.closes_at, Refusal.OVER)):
        with pytest.raises(SaleRefused) as caught:
            admit(KEY, SALE, "ann", at)
        assert caught.value.refusal is why
        assert refused("ann", admit(KEY, SALE, "ann", NOON), at) is why


@given(st.integers(1, 50), st.integers(0, 200), st.lists(st.booleans(), max_size=300))
def test_no_more_are_inside_than_can_get_a_card_and_who_was_let_in_stays_in(
    at_once: int, left: int, outcomes: list[bool]
) -> None:
    sale = FlashSale("s", "t", SALE.opens_at, SALE.closes_at, at_once)
    finished, reached = 0, 0
    for bought in outcomes:
        inside = reach(sale, finished, left) - finished
        assert inside <= min(at_once, left)
        assert reach(sale, finished, left) >= reached
        reached = reach(sale, finished, left)
        if not inside:
            break
        finished, left = finished + 1, left - bought


@pytest.fixture
def mall(database: Database, keys: RootKeys) -> Iterator[Mall]:
    # A connection for each racer, so that they meet in the database and not before it.
    engine = make_engine(database.url, pool_size=RACERS)
    clock = FakeClock()
    yield Mall(Store(engine, clock, CountedIds(clock), keys))
    engine.dispose()


@pytest.fixture
def sale(mall: Mall) -> FlashSale:
    """A sale of ten cards that is open now."""
    mall.offer(supply=10)
    with mall.work() as work:
        return FlashSale("double-eleven", COFFEE.template_id, work.now, work.now + timedelta(hours=1))


def race(mall: Mall, sale: FlashSale, who: Callable[[int], str]) -> list[CardView | CardRefusal]:
    """What 64 people who were all let in are told when they press at once."""
    barrier = Barrier(RACERS)

    def press(number: int) -> CardView | CardRefusal:
        token = admit(KEY, sale, who(number), sale.opens_at)
        barrier.wait()
        try:
            with mall.work() as work:
                return take(work, KEY, sale, who(number), token)
        except CardRefused as no:
            return no.refusal

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(press, range(RACERS)))


def test_of_sixty_four_at_ten_cards_ten_win_and_none_is_oversold(mall: Mall, sale: FlashSale) -> None:
    told = race(mall, sale, lambda number: f"person-{number}")
    won = [answer for answer in told if isinstance(answer, CardView)]
    assert len({card.card_id for card in won}) == len(won) == 10
    assert Counter(answer for answer in told if isinstance(answer, CardRefusal)) == {CardRefusal.SOLD_OUT: 54}
    with mall.cards() as cards:
        assert cards.left(COFFEE.template_id) == 0


def test_one_person_who_presses_sixty_four_times_has_one_card(mall: Mall, sale: FlashSale) -> None:
    told = race(mall, sale, lambda _number: "ann")
    assert isinstance(told[0], CardView)
    assert told == [told[0]] * RACERS
    with mall.cards() as cards:
        assert cards.left(COFFEE.template_id) == 9


def test_who_was_not_admitted_takes_nothing_from_the_supply(mall: Mall, sale: FlashSale) -> None:
    token = admit(KEY, sale, "ann", sale.opens_at)
    with pytest.raises(SaleRefused), mall.work() as work:
        take(work, KEY, sale, "bob", token)
    with mall.cards() as cards:
        assert cards.left(COFFEE.template_id) == 10
