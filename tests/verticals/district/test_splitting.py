"""A payment at the mall is divided to the fen, and a refund takes it apart again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_bridge.verticals.district.splitting import (
    TRANSITIONS,
    IllegalSplit,
    ShopShare,
    Split,
    SplitEvent,
    SplitState,
    SplitUnderWay,
    plan,
    refund,
    spread,
)

GOODS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500_000), min_size=1)
COMMISSION = st.integers(0, 10_000)
SETTLED = st.sampled_from([SplitState.PLANNED, SplitState.DONE])


@st.composite
def splits(draw: st.DrawFn) -> tuple[int, Split]:
    goods = draw(GOODS)
    paid = draw(st.integers(0, sum(goods.values())))
    return paid, plan(paid, goods, {shop: draw(COMMISSION) for shop in goods})


@given(splits())
def test_the_shares_are_exactly_what_was_paid(drawn: tuple[int, Split]) -> None:
    paid, split = drawn
    assert split.fen == paid


@given(st.integers(0, 10**7), st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 10**6), min_size=1))
def test_nobody_is_a_fen_away_from_their_exact_part(fen: int, weights: dict[str, int]) -> None:
    total = sum(weights.values())
    if not total:
        return
    parts = spread(fen, weights)
    assert sum(parts.values()) == fen
    assert all(abs(parts[name] * total - fen * weight) < total for name, weight in weights.items())


@given(splits(), SETTLED, st.data())
def test_refunds_piece_by_piece_leave_nothing_behind(
    drawn: tuple[int, Split], state: SplitState, data: st.DataObject
) -> None:
    paid, split = drawn
    split = Split(split.shares, state)
    given_back = 0
    while split.fen:
        share = data.draw(st.sampled_from([share for share in split.shares if share.fen]))
        fen = data.draw(st.integers(max(1, share.fen // 3), share.fen))
        step = refund(split, share.shop, fen)
        assert step.back.fen == fen
        assert step.split.fen == split.fen - fen
        assert step.returns_first == (state is SplitState.DONE and step.back.shop_fen > 0)
        split, given_back = step.split, given_back + fen
    assert given_back == paid


def test_the_odd_fen_of_a_commission_is_the_shops() -> None:
    assert plan(999, {"noodles": 999}, {"noodles": 250}).shares == (ShopShare("noodles", 975, 24),)


def test_the_odd_fen_of_a_discount_goes_by_the_largest_remainder_then_by_name() -> None:
    assert spread(100, {"books": 1, "noodles": 1, "tea": 1}) == {"books": 34, "noodles": 33, "tea": 33}
    assert spread(10, {"books": 1, "noodles": 6}) == {"books": 1, "noodles": 9}


def test_a_refund_waits_while_the_wallet_has_not_answered() -> None:
    sent = plan(1000, {"noodles": 1000}, {"noodles": 500}).after(SplitEvent.SEND)
    with pytest.raises(SplitUnderWay):
        refund(sent, "noodles", 1)
    assert not refund(sent.after(SplitEvent.REFUSE), "noodles", 1000).returns_first
    assert refund(sent.after(SplitEvent.CONFIRM), "noodles", 1000).returns_first


def test_another_shops_goods_are_not_touched_by_a_refund() -> None:
    split = plan(3000, {"noodles": 1000, "tea": 2000}, {"noodles": 500, "tea": 0})
    assert refund(split, "noodles", 1000).split.shares == (ShopShare("noodles", 0, 0), ShopShare("tea", 2000, 0))


@pytest.mark.parametrize("fen", [0, -1, 1001])
def test_no_more_than_a_shop_was_paid_is_refunded(fen: int) -> None:
    with pytest.raises(ValueError, match="not above what is left"):
        refund(plan(1000, {"noodles": 1000}, {"noodles": 500}), "noodles", fen)


def test_only_what_the_table_knows_happens_to_a_split() -> None:
    for state in SplitState:
        for event in SplitEvent:
            if (state, event) not in TRANSITIONS:
                with pytest.raises(IllegalSplit):
                    Split((), state).after(event)
