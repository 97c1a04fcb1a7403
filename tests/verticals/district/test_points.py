"""Points are earned, spent, lost and taken back, and none appears or vanishes on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_bridge.verticals.district.points import (
    Account,
    Earned,
    NotEnoughPoints,
    PointsEvent,
    Spent,
    TakenBack,
    UnknownLot,
    after,
    expiring,
    fold,
)

START = datetime(2026, 3, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


@st.composite
def histories(draw: st.DrawFn) -> list[PointsEvent]:
    """Events of one member that can have happened, in their order."""
    account, events, now, refundable = Account(), list[PointsEvent](), 0, dict[str, int]()
    for number in range(draw(st.integers(0, 25))):
        now += draw(st.integers(0, 5))
        kind = draw(st.sampled_from(["earn", "spend", "take"]))
        event: PointsEvent
        if kind == "spend" and (most := account.balance(day(now))):
            event = Spent(draw(st.integers(1, most)), day(now))
        elif kind == "take" and (lots := [lot for lot, points in refundable.items() if points]):
            lot_id = draw(st.sampled_from(lots))
            event = TakenBack(lot_id, draw(st.integers(1, refundable[lot_id])), day(now))
            refundable[lot_id] -= event.points
        else:
            points = draw(st.integers(1, 100))
            event = Earned(f"lot-{number}", points, day(now), day(now + draw(st.integers(1, 20))))
            refundable[event.lot_id] = points
        account = after(account, event)
        events.append(event)
    return events


@given(histories())
def test_every_point_is_spent_or_taken_back_or_left_or_owed(events: list[PointsEvent]) -> None:
    account = fold(events)
    earned = sum(event.points for event in events if isinstance(event, Earned))
    gone = sum(event.points for event in events if not isinstance(event, Earned))
    assert earned - gone == sum(lot.left for lot in account.lots) - account.owed
    assert account.owed >= 0
    assert all(lot.left >= 0 for lot in account.lots)


@given(histories(), st.integers(0, 25))
def test_a_balance_is_the_same_however_the_fold_is_cut(events: list[PointsEvent], cut: int) -> None:
    account = fold(events[:cut])
    for event in events[cut:]:
        account = after(account, event)
    assert account == fold(events)


@given(histories())
def test_nobody_owes_who_still_had_points(events: list[PointsEvent]) -> None:
    account = Account()
    for event in events:
        account, before = after(account, event), account
        if account.owed > before.owed:
            assert account.balance(event.at) == 0


def test_the_lot_that_expires_first_is_spent_first() -> None:
    account = fold([Earned("late", 10, day(0), day(90)), Earned("soon", 10, day(1), day(30)), Spent(12, day(2))])
    assert [(lot.lot_id, lot.left) for lot in account.lots] == [("soon", 0), ("late", 8)]


def test_points_are_lost_at_the_very_instant_of_their_end() -> None:
    account = fold([Earned("a", 10, day(0), day(30))])
    assert account.balance(day(30) - timedelta(microseconds=1)) == 10
    assert account.balance(day(30)) == 0
    with pytest.raises(NotEnoughPoints):
        after(account, Spent(1, day(30)))


def test_spent_points_of_a_refunded_purchase_come_from_others_and_then_from_later_ones() -> None:
    account = fold([Earned("a", 100, day(0), day(30)), Spent(100, day(1)), Earned("b", 30, day(2), day(40))])
    account = after(account, TakenBack("a", 100, day(3)))
    assert (account.balance(day(3)), account.owed) == (0, 70)
    account = after(account, Earned("c", 50, day(4), day(50)))
    assert (account.balance(day(4)), account.owed) == (0, 20)
    account = after(account, Earned("d", 50, day(5), day(50)))
    assert (account.balance(day(5)), account.owed) == (30, 0)


def test_what_expired_unspent_is_not_taken_a_second_time() -> None:
    account = fold([Earned("a", 100, day(0), day(30)), Earned("b", 10, day(1), day(99)), TakenBack("a", 100, day(40))])
    assert (account.balance(day(40)), account.owed) == (10, 0)


def test_no_more_is_taken_back_than_a_purchase_gave() -> None:
    account = fold([Earned("a", 100, day(0), day(30)), TakenBack("a", 60, day(1))])
    for event in (TakenBack("a", 41, day(2)), TakenBack("other", 1, day(2))):
        with pytest.raises(UnknownLot):
            after(account, event)


def test_a_member_is_told_in_time_what_will_be_lost() -> None:
    account = fold([Earned("a", 10, day(0), day(30)), Earned("b", 10, day(0), day(60)), Spent(10, day(1))])
    assert [lot.lot_id for lot in expiring(account, day(2), day(60))] == ["b"]
    assert not list(expiring(account, day(2), day(59)))
