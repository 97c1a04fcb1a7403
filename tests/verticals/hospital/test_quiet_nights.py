"""While the hospital's system is left alone nobody pays what it cannot book, and what was paid is booked after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.errors import Away
from hospital_bridge.slot import PageRequest, View
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.bills.bill import State
from hospital_bridge.verticals.hospital.pages.trouble import speaks_of_trouble
from tests.fixtures_store import Database
from tests.pace.fragile import pace
from tests.steered import FakeClock
from tests.verticals.hospital.billing import MINUTE, BillWorld

HOUR = timedelta(hours=1)
LONG = {"from": "09:00", "until": "13:00", "stop_before_minutes": 5}
"""Longer than a payment is tried."""

STOPS, BEGINS, ENDS = (datetime(2026, 11, 23, hour, minute, tzinfo=UTC) for hour, minute in ((0, 55), (1, 0), (5, 0)))


@pytest.fixture
def world(store: Store, database: Database, clock: FakeClock) -> BillWorld:
    standing = BillWorld(store, database, clock, pace(maintenance=[LONG]).maintenance)
    standing.bind()
    return standing


def test_what_was_paid_before_is_booked_after_however_long_it_took(world: BillWorld, clock: FakeClock) -> None:
    clock.advance(STOPS - clock.now() - MINUTE)
    payment = world.opened(world.issue())
    clock.advance(BEGINS - clock.now())
    world.confirm(payment)
    world.work()
    clock.advance(3 * HOUR)
    world.work()
    assert (world.bill().state, world.cashier.line.calls) == (State.PAID, []), "it waits, and nobody was asked"
    clock.advance(ENDS - clock.now())
    world.pass_time(10 * MINUTE)
    assert (world.bill().state, world.posted()) == (State.SETTLED, [("payment", "B1", 3_000)])
    world.must_be_sound()


def test_nobody_begins_to_pay_what_could_not_be_booked_for_a_while(world: BillWorld, clock: FakeClock) -> None:
    bill = world.issue()
    for instant in (STOPS, BEGINS, ENDS - MINUTE):
        clock.advance(instant - clock.now())
        with pytest.raises(Away) as away:
            world.pay(bill)
        assert away.value.until == ENDS
    assert world.bill().state is State.ISSUED
    clock.advance(MINUTE)
    assert world.pay(bill)


def test_the_page_says_until_when(world: BillWorld, clock: FakeClock) -> None:
    def pay(_: PageRequest) -> object:
        return world.pay(bill)

    bill = world.issue()
    clock.advance(STOPS - clock.now())
    view = speaks_of_trouble(pay)(PageRequest(world.scope, "", {}))  # type: ignore[arg-type]
    assert isinstance(view, View)
    assert (view.template, view.data, view.status) == ("away.html", {"until": ENDS}, 503)
