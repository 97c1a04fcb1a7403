"""Who stays has arrived, once; who passes, wavers or is vaguely located has not; and no coordinate is kept."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_bridge.verticals.district.fence import Fence, Fix, Point, Presence, Store, distance, judge, nearest

DOOR = Point(31_230_000, 121_470_000)
FENCE = Fence(DOOR)
START = datetime(2026, 5, 1, 10, tzinfo=UTC)
PER_METRE = 8.993
"""Millionths of a degree of latitude."""


def fix(metres: int, seconds: int, accuracy: int = 10) -> Fix:
    return Fix(
        Point(DOOR.latitude + round(metres * PER_METRE), DOOR.longitude), accuracy, START + timedelta(seconds=seconds)
    )


def told(*fixes: Fix, fence: Fence = FENCE) -> list[int]:
    """The seconds at which an arrival was told."""
    presence, seconds = Presence(), list[int]()
    for each in fixes:
        judgement = judge(fence, presence, each)
        presence = judgement.presence
        if judgement.tell:
            seconds.append(int((each.at - START).total_seconds()))
    return seconds


def test_who_stays_for_the_dwell_has_arrived_and_is_told_once() -> None:
    assert told(*(fix(30, second) for second in range(0, 600, 30))) == [120]


def test_a_fast_crossing_is_no_arrival_however_the_fixes_fall() -> None:
    for first in range(60):
        assert told(*(fix(abs(-600 + 10 * second), second) for second in range(first, 121, 20))) == []


def test_a_car_seen_before_and_behind_the_fence_alone_has_not_arrived() -> None:
    assert told(fix(500, 0), fix(500, 300), fix(400, 590)) == []


def test_between_the_two_distances_nothing_changes() -> None:
    assert told(*(fix(120, second) for second in range(0, 900, 60))) == []
    assert told(fix(70, 0), fix(120, 60), fix(90, 119), fix(120, 120)) == [120]


def test_who_wavers_at_the_edge_arrives_once() -> None:
    no_cooldown = Fence(DOOR, cooldown=timedelta(0))
    assert len(told(*(fix(70 if n % 2 else 140, 60 * n) for n in range(60)), fence=no_cooldown)) == 1


def test_a_vague_fix_says_nothing() -> None:
    assert told(*(fix(10, second, accuracy=51) for second in range(0, 600, 30))) == []
    assert told(fix(10, 0), fix(900, 60, accuracy=500), fix(10, 120)) == [120]


def test_who_comes_back_is_told_again_only_after_the_cooldown() -> None:
    hour = 3600
    visits = [fix(m, start + s) for start in (0, hour, 5 * hour) for m, s in ((10, 0), (10, 120), (300, 240))]
    assert told(*visits) == [120, 5 * hour + 120]


def test_after_a_long_silence_the_dwell_begins_anew() -> None:
    assert told(fix(10, 0), fix(10, 601)) == []
    assert told(fix(10, 0), fix(10, 600)) == [600]


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 900), st.integers(-1, 100)), max_size=30), st.data())
def test_a_repeated_or_late_fix_changes_nothing(drawn: list[tuple[int, int, int]], data: st.DataObject) -> None:
    fixes = sorted((fix(*each) for each in drawn), key=lambda each: each.at)
    presence = Presence()
    for number, each in enumerate(fixes):
        presence = judge(FENCE, presence, each).presence
        repeated = data.draw(st.sampled_from(fixes[: number + 1]))
        if 0 <= each.accuracy_m <= FENCE.accuracy_m:
            assert judge(FENCE, presence, repeated).presence == presence


def test_nothing_that_is_kept_can_hold_a_coordinate() -> None:
    assert {field.name: field.type for field in fields(Presence)} == {
        "near_since": "datetime | None",
        "arrived": "bool",
        "heard_at": "datetime | None",
        "told_at": "datetime | None",
    }
    assert "312" not in repr(fix(0, 0))


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        (DOOR, DOOR, 0),
        (Point(0, 0), Point(0, 1_000_000), 111_195),
        (Point(0, 179_500_000), Point(0, -179_500_000), 111_195),
        (Point(90_000_000, 0), Point(-90_000_000, 0), 20_015_115),
        (Point(39_904_200, 116_407_400), Point(31_230_400, 121_473_700), 1_067_312),
    ],
)
def test_distances_are_those_of_the_sphere(one: Point, other: Point, metres: int) -> None:
    assert distance(one, other) == distance(other, one) == metres


def test_the_nearest_shop_comes_first_and_equals_stand_by_their_ids() -> None:
    shops = [Store("c", "Tea", fix(200, 0).point), Store("b", "Books", DOOR), Store("a", "Noodles", DOOR)]
    assert [(found.store.store_id, found.metres) for found in nearest(shops, DOOR)] == [("a", 0), ("b", 0), ("c", 200)]


def test_a_fence_that_one_leaves_before_entering_is_refused() -> None:
    with pytest.raises(ValueError, match="farther out"):
        Fence(DOOR, enter_m=100, exit_m=100)


def test_no_place_beyond_the_poles() -> None:
    with pytest.raises(ValueError, match="no such place"):
        Point(90_000_001, 0)
