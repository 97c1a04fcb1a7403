"""How a coupon comes to a member: put up, queued for and taken, or had for points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hospital_bridge.slot import CardRefusal, CardRefused, CardState, CardView
from hospital_bridge.verticals.district.coupons import giving
from hospital_bridge.verticals.district.flash_sale import LIFE, Refusal, SaleRefused
from hospital_bridge.verticals.district.points import NotEnoughPoints
from hospital_bridge.verticals.district.store.offers import NoSuchOffer
from tests.verticals.district.malls import CONFIGURED, TEA, TEN_OFF, VOUCHER, TradingMall


def refused(act: Callable[[], object]) -> str:
    with pytest.raises((SaleRefused, CardRefused)) as caught:
        act()
    assert isinstance(caught.value, SaleRefused | CardRefused)
    return caught.value.refusal.value


def changed(**values: object) -> dict[str, object]:
    """The settings in which the first coupon reads differently."""
    first, *others = CONFIGURED["coupons"]
    return {"coupons": [first | values, *others]}


@pytest.fixture
def bob(mall: TradingMall) -> str:
    return mall.member("999999199001010019", "2088000000000002")[0]


def test_who_comes_second_waits_until_the_first_has_taken_theirs(mall: TradingMall, bob: str) -> None:
    giving.come(mall.scope, mall.ann, TEN_OFF)
    giving.come(mall.scope, bob, TEN_OFF)
    first, second = (giving.turn(mall.scope, who, TEN_OFF) for who in (mall.ann, bob))
    assert (bool(first.token), first.ahead, bool(second.token), second.ahead) == (True, 0, False, 1)
    assert giving.take(mall.scope, mall.ann, TEN_OFF, first.token).state is CardState.ISSUED
    assert giving.turn(mall.scope, bob, TEN_OFF).token


def test_who_lets_their_time_pass_makes_room_and_queues_again_at_the_end(mall: TradingMall, bob: str) -> None:
    giving.come(mall.scope, mall.ann, TEN_OFF)
    giving.come(mall.scope, bob, TEN_OFF)
    token = giving.turn(mall.scope, mall.ann, TEN_OFF).token
    mall.clock.advance(LIFE)
    assert refused(lambda: giving.take(mall.scope, mall.ann, TEN_OFF, token)) == Refusal.TOO_LATE
    assert not giving.turn(mall.scope, mall.ann, TEN_OFF).came
    giving.come(mall.scope, mall.ann, TEN_OFF)
    assert giving.turn(mall.scope, bob, TEN_OFF).token
    assert giving.turn(mall.scope, mall.ann, TEN_OFF).ahead == 1


def test_to_come_twice_or_to_look_again_moves_nobody(mall: TradingMall, bob: str) -> None:
    for who in (mall.ann, bob, mall.ann, mall.ann):
        giving.come(mall.scope, who, TEN_OFF)
    assert giving.turn(mall.scope, bob, TEN_OFF).ahead == 1
    tokens = {giving.turn(mall.scope, mall.ann, TEN_OFF).token for _ in range(3)}
    assert len(tokens) == 1


def test_nobody_comes_before_it_opens_nor_after_it_closed(mall: TradingMall) -> None:
    mall.clock.advance(timedelta(hours=-1))
    assert refused(lambda: giving.come(mall.scope, mall.ann, TEN_OFF)) == Refusal.NOT_YET
    mall.clock.advance(timedelta(hours=3))
    assert refused(lambda: giving.come(mall.scope, mall.ann, TEN_OFF)) == Refusal.OVER


def test_twelve_members_who_queue_at_once_get_what_there_is_and_nothing_more(mall: TradingMall) -> None:
    mall.put_up(**changed(at_once=40))
    who = [mall.member(f"999999{1950 + number}01010019", f"20880000000001{number:02}")[0] for number in range(12)]

    def press(member: str) -> CardView | CardRefusal | None:
        giving.come(mall.scope, member, TEN_OFF)
        try:
            token = giving.turn(mall.scope, member, TEN_OFF).token
            return giving.take(mall.scope, member, TEN_OFF, token) if token else None
        except CardRefused as no:
            return no.refusal

    with ThreadPoolExecutor(12) as phones:
        told = list(phones.map(press, who))
    assert Counter(isinstance(answer, CardView) for answer in told) == {True: 2, False: 10}
    with mall.scope.read() as work:
        assert work.cards.left(f"district-{TEN_OFF}") == 0


def test_a_coupon_for_points_is_had_once_and_the_points_go_once(mall: TradingMall) -> None:
    mall.bought(mall.join(mall.ann))
    assert mall.balance(mall.ann) == 35
    card = giving.exchange(mall.scope, mall.ann, VOUCHER)
    assert giving.exchange(mall.scope, mall.ann, VOUCHER) == card
    assert mall.balance(mall.ann) == 15


def test_who_has_too_few_points_gets_nothing_and_none_is_taken_from_the_supply(mall: TradingMall) -> None:
    with pytest.raises(NotEnoughPoints):
        giving.exchange(mall.scope, mall.ann, VOUCHER)
    with mall.scope.read() as work:
        assert work.cards.left(f"district-{VOUCHER}") == 9
    assert refused(lambda: giving.exchange(mall.scope, mall.ann, TEN_OFF)) == Refusal.NOT_ADMITTED


def test_once_somebody_holds_one_its_worth_stands_and_more_can_be_given_out(mall: TradingMall) -> None:
    mall.put_up(**changed(off_fen=900))
    card = mall.won(mall.ann)
    assert refused(lambda: mall.put_up(**changed(off_fen=2000))) == CardRefusal.IN_USE
    mall.put_up(**changed(off_fen=900, supply=5))
    with mall.scope.read() as work:
        assert work.cards.left(card.template_id) == 4
    assert mall.bought(card).paid_fen == 2600


def test_what_was_not_put_up_is_not_there(mall: TradingMall) -> None:
    with pytest.raises(NoSuchOffer):
        giving.come(mall.scope, mall.ann, "no-such-offer")


def test_a_gift_is_one_of_the_cards_of_the_desk_and_no_discount(mall: TradingMall) -> None:
    card = mall.won(mall.ann, TEA)
    assert refused(lambda: mall.enter(card)) == CardRefusal.NOT_ALLOWED
    assert mall.card(card).state is CardState.COLLECTED
