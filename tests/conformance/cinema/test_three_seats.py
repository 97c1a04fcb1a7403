"""Three seats beside each other are held and paid together or not at all, whoever races for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from hospital_bridge.slot import CardRefusal, CardRefused, CardState, Vetoed
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store
from tests.conformance.cinema.evening import HOLD, PRICE, ROWS, SEATS, Evening
from tests.steered import CountedIds

RACERS = 64
THREE = 3 * PRICE
MINUTE = timedelta(minutes=1)


def test_three_seats_are_held_paid_and_let_in_once(evening: Evening) -> None:
    subject, phone = evening.person()
    order_id = evening.hold("B2", (subject, phone))
    assert evening.seats() == dict.fromkeys(("B2", "B3", "B4"), order_id)
    assert evening.tickets(subject) == []
    evening.work()
    evening.pay(order_id)
    assert (evening.order(order_id).state, evening.payment(order_id).collected_fen) == ("sold", THREE)
    assert evening.told(phone) == ["seats.sold"]
    (ticket,) = evening.tickets(subject)
    assert (ticket.title, ticket.state) == ("星际归途 · B2 B3 B4", CardState.COLLECTED)
    evening.let_in(ticket)
    with pytest.raises(CardRefused) as refused:
        evening.let_in(ticket, "scan-2")
    assert refused.value.refusal is CardRefusal.ALREADY_REDEEMED
    evening.must_be_sound()


@pytest.mark.parametrize("first", ["A1", "A3", "A4"])
def test_who_gets_part_of_three_gets_nothing_and_is_asked_for_nothing(evening: Evening, first: str) -> None:
    held = evening.hold("A3", evening.person(1))
    with pytest.raises(evening.cinema.booking.SeatsTaken):
        evening.hold(first, evening.person(2))
    evening.work()
    assert evening.seats() == dict.fromkeys(("A3", "A4", "A5"), held)
    assert [each.order.amount_fen for each in evening.wallet.orders.values()] == [THREE]


def test_a_row_ends_and_a_film_begins(evening: Evening) -> None:
    who = evening.person()
    for beyond in ("A5", "Z1"):
        with pytest.raises(evening.cinema.booking.SeatsTaken):
            evening.hold(beyond, who)
    evening.clock.advance(30 * MINUTE)
    with pytest.raises(evening.cinema.booking.NotOffered):
        evening.hold("A1", who)
    assert evening.seats() == {}


def test_nobody_holds_a_house_without_paying(evening: Evening) -> None:
    who = evening.person()
    first, _ = evening.hold("A1", who), evening.hold("B1", who)
    with pytest.raises(Vetoed):
        evening.hold("C1", who)
    assert len(evening.seats()) == 6
    evening.work()
    evening.pay(first)
    evening.hold("C1", who)


def test_a_hold_that_nobody_pays_ends(evening: Evening) -> None:
    subject, phone = evening.person()
    order_id = evening.hold("B2", (subject, phone))
    evening.pass_time(HOLD + 5 * MINUTE)
    assert (evening.order(order_id).state, evening.seats(), evening.tickets(subject)) == ("lapsed", {}, [])
    evening.must_be_sound()


def test_money_that_comes_after_the_hold_buys_the_seats_while_nobody_else_has_them(evening: Evening) -> None:
    order_id = evening.hold("B2", evening.person())
    evening.work()
    evening.clock.advance(HOLD + MINUTE)
    evening.pay(order_id)
    assert evening.order(order_id).state == "sold"
    assert len(evening.seats()) == 3


def test_money_that_comes_when_one_of_the_three_is_gone_goes_back_whole(evening: Evening) -> None:
    slow, quick = evening.person(1), evening.person(2)
    late = evening.hold("B2", slow)
    evening.work()
    evening.clock.advance(HOLD + MINUTE)
    won = evening.hold("B4", quick)
    evening.pay(late)
    evening.pass_time(5 * MINUTE)
    assert (evening.order(late).state, evening.order(won).state) == ("refunded", "held")
    payment = evening.payment(late)
    assert (payment.collected_fen, payment.refunded_fen) == (THREE, THREE)
    assert evening.seats() == dict.fromkeys(("B4", "B5", "B6"), won)
    assert evening.tickets(slow[0]) == []
    assert sorted(evening.told(slow[1])) == ["seats.lost", "seats.refunded"]
    evening.must_be_sound()


def test_seats_that_were_given_back_open_no_door(evening: Evening) -> None:
    subject, phone = evening.person()
    order_id = evening.hold("B2", (subject, phone))
    evening.work()
    evening.pay(order_id)
    with evening.scope.begin() as work:
        work.payments.refund_all(evening.order(order_id).payment_id, "asked for")
    evening.pass_time(5 * MINUTE)
    (ticket,) = evening.tickets(subject)
    assert (ticket.state, evening.seats()) == (CardState.VOID, {})
    with pytest.raises(CardRefused):
        evening.let_in(ticket)


@pytest.fixture
def racing(evening: Evening, keys: RootKeys, ids: CountedIds) -> Iterator[Callable[[int, str], str]]:
    """Each racer has a connection of its own, so that they meet in the database and not before it."""
    engine = make_engine(evening.database.url, pool_size=RACERS)
    people = [evening.person(number) for number in range(RACERS)]
    store = Store(engine, evening.clock, ids, keys)
    scope = evening.scope_over(replace(evening.context, store=store))
    met = Barrier(RACERS)

    def hold(number: int, first: str) -> str:
        met.wait()
        try:
            return evening.hold(first, people[number], scope)
        except evening.cinema.booking.SeatsTaken:
            return ""

    yield hold
    engine.dispose()


def test_of_sixty_four_who_want_the_same_seats_one_gets_all_three(
    evening: Evening, racing: Callable[[int, str], str]
) -> None:
    with ThreadPoolExecutor(RACERS) as pool:
        told = list(pool.map(lambda number: racing(number, "B2"), range(RACERS)))
    (won,) = [order_id for order_id in told if order_id]
    assert evening.seats() == dict.fromkeys(("B2", "B3", "B4"), won)
    evening.work()
    assert [each.order.amount_fen for each in evening.wallet.orders.values()] == [THREE]


def test_of_sixty_four_who_want_seats_that_overlap_nobody_gets_or_pays_for_part_of_three(
    evening: Evening, racing: Callable[[int, str], str]
) -> None:
    firsts = [f"{'ABCD'[number % ROWS]}{number // ROWS % (SEATS - 2) + 1}" for number in range(RACERS)]
    with ThreadPoolExecutor(RACERS) as pool:
        won = [order_id for order_id in pool.map(racing, range(RACERS), firsts) if order_id]
    assert ROWS <= len(won) <= ROWS * SEATS // 3
    evening.work()
    for order_id in won:
        evening.pay(order_id)
    assert Counter(evening.seats().values()) == dict.fromkeys(won, 3)
    assert {order.order_id for order in evening.orders()} == set(won)
    assert {(evening.order(each).state, evening.payment(each).collected_fen) for each in won} == {("sold", THREE)}
    evening.must_be_sound()
