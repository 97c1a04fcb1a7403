"""Scenario 36 of reference/reliability.md section 1: clocks that are ten minutes wrong, a database that goes away."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from adapters.values import EntryKind, TradeStatus
from hospital_bridge.clock import Clock, RandomIds, SystemClock
from hospital_bridge.payment.flows.watch import watch
from hospital_bridge.payment.model import Situation
from hospital_bridge.store.jobs import Again
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store
from tests.fixtures_store import Database
from tests.payment.crashes import MortalStore, MortalWorld, Points, end_our_sessions
from tests.payment.world import FEE, OPERATOR, World
from tests.steered import CountedIds, FakeClock

WRONG = [timedelta(minutes=-10), timedelta(minutes=10)]


class WrongClock:
    """A clock that is off by a constant."""

    def __init__(self, right: Clock, by: timedelta) -> None:
        self._right, self._by = right, by

    def now(self) -> datetime:
        return self._right.now() + self._by

    def sleep(self, seconds: float) -> None:
        self._right.sleep(seconds)


@pytest.mark.parametrize("by", WRONG, ids=str)
def test_36_a_wallet_whose_clock_is_wrong_takes_and_returns_each_fen_once(world: World, by: timedelta) -> None:
    world.wallet._clock = WrongClock(world.clock, by)
    in_time = world.fulfilled("A1")
    cancelled = world.fulfilled("A2")
    world.refund_all(cancelled)
    unpaid = world.opened("A3")
    world.drain()
    world.wallet.pay(unpaid.merchant_order_no)
    for payment in (in_time, cancelled, unpaid):
        world.notify(payment)
    world.drain()
    assert [world.situation(each) for each in (in_time, cancelled, unpaid)] == [
        Situation.DONE,
        Situation.REFUNDED,
        Situation.REFUNDED,
    ]
    assert world.desk.booked(EntryKind.PAYMENT) == [FEE, FEE]
    assert world.postings().count("collect") == 3
    world.assert_at_rest()


@pytest.mark.parametrize("by", WRONG, ids=str)
def test_36_an_order_ends_when_the_database_says_so_whatever_a_process_thinks(
    database: Database, keys: RootKeys, by: timedelta
) -> None:
    ours = WrongClock(SystemClock(), by)
    world = World(Store(database.engine, None, RandomIds(ours), keys), FakeClock(ours.now()))
    payments = []
    for sale_ref, minutes in (("open", 5), ("over", 0)):
        with world.store.begin(OPERATOR) as work:
            expires_at = work.now + timedelta(minutes=minutes)
            request = world.request(work, sale_ref, FEE, expires_at=expires_at)
            payments.append(world.payments(work).open(request))
    world.run()
    with pytest.raises(Again):
        watch(world.context, payments[0])
    watch(world.context, payments[1])
    there = [world.wallet.trade(world.payment(each).merchant_order_no).status for each in payments]
    assert [world.situation(world.payment(each)) for each in payments] == [Situation.AWAITING, Situation.CLOSED]
    assert there == [TradeStatus.AWAITING, TradeStatus.ABSENT]


@pytest.fixture
def unsteady(database: Database, clock: FakeClock, ids: CountedIds, keys: RootKeys) -> MortalWorld:
    """A world whose database goes away at a chosen point: PostgreSQL ends all our sessions, SQLite cannot write."""

    def refuse(_point: int) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    strike = refuse if database.name == "sqlite" else lambda _: end_our_sessions(database)
    return MortalWorld(MortalStore(database.engine, clock, ids, keys), clock, Points(strike))


def test_36_a_database_that_goes_away_in_the_middle_loses_and_doubles_nothing(
    unsteady: MortalWorld, database: Database
) -> None:
    unsteady.points.arm(None)
    unsteady.journey("whole")
    points = unsteady.points.passed
    for point in range(1, points + 1, 4 if database.name == "sqlite" else 9):
        unsteady.points.arm(point)
        payment = unsteady.journey(f"away at {point}")
        assert unsteady.points.passed >= point
        assert unsteady.situation(payment) is Situation.REFUNDED, f"away at point {point} of {points}"
    unsteady.assert_at_rest()
    assert unsteady.dead_jobs() == []
