from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hospital_bridge.cards.refusals import CODES
from hospital_bridge.slot import (
    CardEvent,
    CardRefusal,
    CardRefused,
    CardRules,
    CardState,
    CardView,
    Use,
    VerticalWork,
)
from hospital_bridge.store.unit_of_work import Store
from tests.cards.counters import COFFEE, Mall
from tests.steered import FakeClock

TICK = timedelta(microseconds=1)


@pytest.fixture
def mall(store: Store) -> Mall:
    mall = Mall(store)
    mall.offer()
    return mall


def refused(mall: Mall, card: CardView, request_id: str = "r1", place: str = "till-1", order: str = "") -> CardRefused:
    with pytest.raises(CardRefused) as caught:
        mall.redeem(card, request_id, place, order)
    return caught.value


def test_a_coupon_is_issued_collected_and_redeemed_and_its_vertical_follows(mall: Mall) -> None:
    card = mall.collected()
    mall.redeem(card, order="o1")
    assert mall.now(card).state is CardState.REDEEMED
    assert mall.changes == [(card.card_id, CardEvent.COLLECT), (card.card_id, CardEvent.REDEEM)]


def test_a_redeemed_card_tells_who_redeemed_it_where_and_when(mall: Mall, clock: FakeClock) -> None:
    card = mall.collected()
    first = mall.redeem(card)
    clock.advance(timedelta(minutes=5))
    no = refused(mall, card, "r2", "till-2")
    assert no.refusal is CardRefusal.ALREADY_REDEEMED
    assert no.redemption == first
    assert (first.actor, first.place, first.at) == ("staff-of-till-1", "till-1", clock.now() - timedelta(minutes=5))


def test_the_same_request_gets_the_same_answer_and_is_followed_once(mall: Mall, clock: FakeClock) -> None:
    card = mall.collected()
    first = mall.redeem(card)
    clock.advance(timedelta(days=400))
    assert mall.redeem(card) == first
    assert mall.changes.count((card.card_id, CardEvent.REDEEM)) == 1


def test_a_request_id_is_not_used_for_something_else(mall: Mall) -> None:
    card, other = mall.collected(), mall.collected("s2")
    mall.redeem(card)
    assert refused(mall, other).refusal is CardRefusal.OTHER_REQUEST
    assert refused(mall, card, place="till-2").refusal is CardRefusal.OTHER_REQUEST
    assert refused(mall, card, order="o2").refusal is CardRefusal.OTHER_REQUEST


def test_a_card_is_redeemed_with_its_order_or_not_at_all(mall: Mall) -> None:
    def till_breaks(work: VerticalWork, card: CardView, event: CardEvent) -> None:
        if event is CardEvent.REDEEM:
            raise OSError("the order could not be made")

    card = mall.collected()
    mall.on_change = till_breaks
    with pytest.raises(OSError, match="order"):
        mall.redeem(card)
    assert mall.now(card).state is CardState.COLLECTED
    mall.on_change = None
    mall.redeem(card)


def test_a_refund_gives_the_card_back_and_it_can_be_used_again(mall: Mall) -> None:
    card = mall.collected()
    first = mall.redeem(card, order="o1")
    with mall.cards() as cards:
        assert cards.redeemed_for("o1") == [first]
        cards.reverse(first.redemption_id, "clock", "refund")
        assert cards.redeemed_for("o1") == []
    assert mall.now(card).state is CardState.REVERSED
    mall.redeem(card, "r2", order="o2")
    assert mall.now(card).state is CardState.REDEEMED


def test_a_refund_told_twice_does_not_undo_a_later_use(mall: Mall) -> None:
    card = mall.collected()
    first = mall.redeem(card, order="o1")
    with mall.cards() as cards:
        cards.reverse(first.redemption_id, "clock", "refund")
    mall.redeem(card, "r2", order="o2")
    with mall.cards() as cards:
        cards.reverse(first.redemption_id, "clock", "refund")
    assert mall.now(card).state is CardState.REDEEMED
    assert mall.changes.count((card.card_id, CardEvent.REVERSE)) == 1


def test_a_card_is_over_at_its_last_instant_and_not_before(mall: Mall, clock: FakeClock) -> None:
    mall.offer(CardRules(ends_at=clock.now() + timedelta(hours=1)), each=2)
    card, other = mall.collected(), mall.collected("s2")
    clock.advance(timedelta(hours=1) - TICK)
    mall.redeem(card)
    clock.advance(TICK)
    assert refused(mall, other, "r2").refusal is CardRefusal.EXPIRED
    with pytest.raises(CardRefused, match="expired"):
        mall.give("s3")


def test_the_clock_ends_what_is_over_and_leaves_what_was_used(mall: Mall, clock: FakeClock) -> None:
    mall.offer(CardRules(days=1))
    used, over, uncollected = mall.collected(), mall.collected("s2"), mall.give("s3")
    mall.redeem(used)
    clock.advance(timedelta(days=1))
    with mall.cards() as cards:
        assert cards.expire() == 1
        assert cards.expire() == 0
    states = [mall.now(card).state for card in (used, over, uncollected)]
    assert states == [CardState.REDEEMED, CardState.EXPIRED, CardState.ISSUED]


def test_a_card_that_nobody_collected_is_not_redeemed(mall: Mall) -> None:
    assert refused(mall, mall.give()).refusal is CardRefusal.NOT_COLLECTED


def test_a_card_that_was_taken_back_is_over_and_a_used_one_cannot_be_taken_back(mall: Mall) -> None:
    card, used = mall.collected(), mall.collected("s2")
    with mall.cards() as cards:
        cards.void(card.card_id, "staff-1", "wrong person")
        assert cards.void(card.card_id, "staff-1", "wrong person").state is CardState.VOID
    assert refused(mall, card).refusal is CardRefusal.VOID
    mall.redeem(used, "r2")
    with pytest.raises(CardRefused, match="already_redeemed"), mall.cards() as cards:
        cards.void(used.card_id, "staff-1", "too late")


def test_collecting_twice_does_not_lengthen_the_days(mall: Mall, clock: FakeClock) -> None:
    mall.offer(CardRules(days=2))
    card = mall.collected()
    clock.advance(timedelta(days=1))
    with mall.cards() as cards:
        assert cards.collect(card.card_id) == card


def test_the_verticals_own_rule_refuses_in_its_own_words(mall: Mall) -> None:
    mall.allows = lambda work, card, use: "Only with a meal." if use.order_ref == "o1" else ""
    card = mall.collected()
    assert refused(mall, card, order="o1").why == "Only with a meal."
    mall.redeem(card, order="o2")


def test_another_vertical_and_another_operator_do_not_know_the_card(mall: Mall) -> None:
    code = mall.code(mall.collected())
    with pytest.raises(CardRefused, match="unknown_card"), Mall(mall.store, "h2").cards() as cards:
        cards.redeem(Use("r1", code, "till-1", "staff-1"))


def test_no_table_holds_a_code_that_somebody_could_show(mall: Mall) -> None:
    code = mall.code(mall.collected())
    with mall.work() as work:
        rows = [tuple(row) for row in work.connection.exec_driver_sql("SELECT * FROM card")]
    assert rows
    assert code not in repr(rows)


def test_the_supply_ends_and_an_asked_again_request_takes_none(mall: Mall) -> None:
    mall.offer(supply=2)
    first = mall.give("s1")
    assert mall.give("s1") == first
    mall.give("s2")
    with mall.cards() as cards:
        assert cards.left(COFFEE.template_id) == 0
    with pytest.raises(CardRefused, match="sold_out"):
        mall.give("s3")
    assert mall.give("s1") == first


def test_who_has_enough_takes_none_from_the_supply(mall: Mall) -> None:
    mall.offer(supply=5, each=2)
    mall.give("s1", "a")
    mall.give("s1", "b")
    with mall.cards() as cards:
        with pytest.raises(CardRefused, match="has_enough"):
            cards.issue("c", COFFEE.template_id, "s1")
        assert cards.left(COFFEE.template_id) == 3


def test_what_somebody_holds_already_does_not_change_under_them(mall: Mall) -> None:
    mall.give("s1")
    mall.give("s2")
    mall.offer(supply=2)
    for other in (replace(COFFEE, supply=1), replace(COFFEE, rules=CardRules(days=1)), replace(COFFEE, title="Tea")):
        with pytest.raises(CardRefused, match="in_use"), mall.cards() as cards:
            cards.put_template(other)


def test_every_refusal_has_its_permanent_code() -> None:
    assert CODES.keys() == set(CardRefusal)
