"""Ids sort by the time of their making, and those of one millisecond in the order of their making."""

from __future__ import annotations

from datetime import timedelta

from hospital_bridge.clock import RandomIds
from tests.steered import FakeClock


def test_ids_of_one_instant_sort_as_they_were_made() -> None:
    ids = RandomIds(FakeClock())
    made = [ids.new() for _ in range(1_000)]
    assert made == sorted(set(made))


def test_ids_keep_their_order_when_the_clock_is_set_back() -> None:
    clock = FakeClock()
    ids = RandomIds(clock)
    first = ids.new()
    clock.advance(timedelta(seconds=-30))
    assert ids.new() > first


def test_an_id_is_a_uuid_of_version_7() -> None:
    made = RandomIds(FakeClock()).new()
    assert (len(made), made[12], made[16] in "89ab") == (32, "7", True)
