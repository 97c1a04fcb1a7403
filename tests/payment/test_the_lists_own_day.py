"""The fulfilling system's accounting day ends when it likes: its list may have our sale on a neighbouring day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.values import EntryKind, Fen
from hospital_bridge.payment.reconcile import ask_for_reconciliation
from hospital_bridge.store.differences import Finding, Progress
from tests.payment.test_reconciling import DAY, ONE, differences, found, reconcile
from tests.payment.world import ACCOUNT, FEE, OPERATOR, World

TIMING, MISSING, ONLY = Finding.SALE_TIMING, Finding.SALE_MISSING, Finding.SALE_ONLY
OPEN, CLEARED = Progress.OPEN, Progress.CLEARED


def listed_on(world: World, later: timedelta) -> None:
    """The list has what it booked so much later than we do."""
    world.desk.effects = [replace(one, occurred_at=one.occurred_at + later) for one in world.desk.effects]


@pytest.fixture(params=[ONE, -ONE], ids=["the day after", "the day before"])
def apart(request: pytest.FixtureRequest) -> timedelta:
    later: timedelta = request.param
    return later


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_sale_on_the_lists_neighbouring_day_is_timing_on_both_in_whatever_order_and_however_often(
    world: World, apart: timedelta, *, newest_first: bool
) -> None:
    world.refund_all(world.fulfilled())
    world.drain()
    listed_on(world, apart)
    world.clock.advance(2 * ONE)
    days = sorted([DAY, DAY + apart], reverse=newest_first)
    runs = [reconcile(world, day) for day in days]
    here, there = differences(world), found(world, DAY + apart)
    assert {run.unexplained_fen for run in runs} == {0}
    assert [(one.finding, one.progress) for one in here] == [(TIMING, CLEARED)] * 2
    assert there == [(TIMING, CLEARED)] * 2
    again = [reconcile(world, day) for day in days]
    assert [replace(one, run_at=first.run_at) for one, first in zip(again, runs, strict=True)] == runs
    assert (differences(world), found(world, DAY + apart)) == (here, there)


def test_34_a_booking_that_the_next_days_list_has_clears_by_itself(world: World) -> None:
    world.fulfilled()
    listed_on(world, ONE)
    assert (reconcile(world).unexplained_fen, found(world)) == (0, [(TIMING, OPEN)])
    with world.store.begin(OPERATOR) as work:
        ask_for_reconciliation(world.context, work, DAY + ONE)
    world.clock.advance(2 * ONE)
    world.drain(ONE)
    assert (found(world), found(world, DAY + ONE)) == ([(TIMING, CLEARED)], [(TIMING, CLEARED)])


def test_what_the_list_has_before_its_day_is_over_waits_for_that_days_own_list(world: World) -> None:
    world.fulfilled()
    listed_on(world, -ONE)
    assert (reconcile(world, DAY - ONE).unexplained_fen, found(world, DAY - ONE)) == (0, [(TIMING, OPEN)])
    world.clock.advance(ONE)
    reconcile(world, DAY - ONE)
    assert found(world, DAY - ONE) == [(TIMING, CLEARED)]


@pytest.mark.parametrize("later", [2 * ONE, -2 * ONE])
def test_two_days_apart_is_no_timing_any_more(world: World, later: timedelta) -> None:
    world.fulfilled()
    listed_on(world, later)
    world.clock.advance(ONE)
    reconcile(world)
    assert found(world) == [(TIMING, OPEN)], "held as long as a neighbouring list may have it"
    world.clock.advance(2 * ONE)
    assert (reconcile(world).unexplained_fen, found(world)) == (FEE, [(MISSING, OPEN), (TIMING, CLEARED)])
    assert (reconcile(world, DAY + later).unexplained_fen, found(world, DAY + later)) == (FEE, [(ONLY, OPEN)])


@pytest.mark.parametrize("days", [(0, 1), (-1, 0), (-1, 1)])
def test_a_sale_on_two_days_lists_is_booked_twice_and_no_timing(world: World, days: tuple[int, int]) -> None:
    world.fulfilled()
    [booked] = world.desk.effects
    world.desk.effects = [replace(booked, occurred_at=booked.occurred_at + day * ONE) for day in days]
    world.clock.advance(3 * ONE)
    told = {day: (reconcile(world, DAY + day * ONE).unexplained_fen, found(world, DAY + day * ONE)) for day in days}
    for day in days:
        assert told[day] == ((0, []) if day == 0 else (FEE, [(ONLY, OPEN)]))


def test_another_sum_on_the_neighbouring_day_is_no_timing(world: World) -> None:
    world.fulfilled()
    listed_on(world, ONE)
    world.desk.effects = [replace(one, amount_fen=Fen(FEE - 1)) for one in world.desk.effects]
    world.clock.advance(2 * ONE)
    assert [reconcile(world, day).unexplained_fen for day in (DAY, DAY + ONE)] == [FEE, FEE - 1]
    assert (found(world), found(world, DAY + ONE)) == ([(MISSING, OPEN)], [(ONLY, OPEN)])


def test_what_waited_as_timing_and_is_booked_in_two_parts_on_the_neighbouring_day_is_cleared(world: World) -> None:
    world.fulfilled()
    [booked] = world.desk.effects
    world.desk.effects = []
    reconcile(world)
    parts = [replace(booked, amount_fen=Fen(sum_), occurred_at=booked.occurred_at + ONE) for sum_ in (1000, FEE - 1000)]
    world.desk.effects = parts
    world.clock.advance(2 * ONE)
    reconcile(world)
    [one] = differences(world)
    assert (one.finding, one.kind, one.progress, one.theirs_fen) == (TIMING, EntryKind.PAYMENT, CLEARED, FEE)
    assert one.ended_at == world.clock.now()
    assert reconcile(world).wallet_account == ACCOUNT
