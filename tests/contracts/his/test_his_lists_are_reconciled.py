"""The hospital's list of a day, over the wire of each door, as the third book of a reconciliation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hospital_bridge.facade import OperatorScope
from hospital_bridge.payment.context import Counter
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.slot import SaleEntry
from hospital_bridge.store.differences import Finding
from hospital_bridge.store.reconciliation import Reconciliation, RunState
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital import postings
from tests.contracts.his.doors import at_every_door
from tests.contracts.his.site import Site
from tests.payment.world import ACCOUNT, OPERATOR, World
from tests.steered import FakeClock


@pytest.fixture
def world(store: Store, clock: FakeClock, site: Site) -> World:
    """Money whose third book is the site's own list, on a day that no other test has touched."""
    site.clock.instant += timedelta(days=7)
    clock.advance(site.clock.instant - clock.now())
    world = World(store, clock)
    scope = OperatorScope(world.context, settings={}, clock=clock, ports={"HisBilling": site.his})
    sale = replace(world.desk.sale(), entries=postings.entries)
    world.context = replace(world.context, counters={"registration": Counter(sale, scope, scope.unit)})
    return world


def reconciled(world: World, site: Site) -> Reconciliation:
    return reconcile_day(world.context, ACCOUNT, site.today)


def post(site: Site, booked: SaleEntry, extra_fen: int = 0) -> None:
    """The hospital's own book takes it in, over the wire."""
    posting = site.bill(booked.amount_fen + extra_fen, at=booked.occurred_at)
    site.his.post(replace(posting, serial=booked.serial))


def told(world: World, site: Site) -> list[tuple[str, str, int, int]]:
    with world.store.read(OPERATOR) as work:
        return [
            (one.finding, one.reference, one.ours_fen, one.theirs_fen)
            for one in work.differences.of(ACCOUNT, site.today)
        ]


@at_every_door("postings")
def test_a_day_agrees_three_ways_and_one_deliberate_difference_is_found(site: Site, world: World) -> None:
    for number in range(3):
        world.fulfilled(f"A{number}", 1_000 + number)
    for booked in world.desk.effects:
        post(site, booked)
    run = reconciled(world, site)
    assert (run.state, run.matched, run.unexplained_fen) == (RunState.DONE, 3, 0), run
    assert run.wallet_fen == run.ledger_fen == run.sale_fen == 3_003
    by_hand = site.bill(777, at=site.clock.instant)
    site.his.post(by_hand)
    run = reconciled(world, site)
    assert (run.unexplained_fen, run.sale_fen) == (777, 3_780)
    assert told(world, site) == [(Finding.SALE_ONLY, by_hand.serial, 0, 777)]


@at_every_door("postings")
def test_what_the_hospital_booked_wrongly_or_not_at_all_is_found_by_its_serial(site: Site, world: World) -> None:
    wrong, _, missing = (world.fulfilled(f"A{number}", 2_000 + number) for number in range(3))
    first, second, _ = world.desk.effects
    post(site, first, extra_fen=1)
    post(site, second)
    day = site.today
    world.clock.advance(timedelta(days=2))
    run = reconcile_day(world.context, ACCOUNT, day)
    assert (run.state, run.unexplained_fen) == (RunState.DONE, 2_003)
    assert told(world, site) == [
        (Finding.SALE_AMOUNT, wrong.payment_id, 2_000, 2_001),
        (Finding.SALE_MISSING, missing.payment_id, 2_002, 0),
    ]
