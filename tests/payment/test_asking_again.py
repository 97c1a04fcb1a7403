"""Whoever asks for a day's comparison again has it at once, whatever else of that day waits, and never two at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest

from adapters.errors import NotDone
from adapters.values import BillEntry
from hospital_bridge.finance import FinanceDesk
from hospital_bridge.payment.flows import topics
from hospital_bridge.payment.reconcile import ask_for_reconciliation
from hospital_bridge.store.reconciliation import Reconciliation
from tests.payment.test_reconciling import DAY, ONE
from tests.payment.world import ACCOUNT, OPERATOR, World, live_jobs

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def scheduled(world: World) -> World:
    """A day with one payment, whose comparison is to be at ten on the next morning."""
    world.fulfilled()
    with world.store.begin(OPERATOR) as work:
        ask_for_reconciliation(world.context, work, DAY)
    return world


def morning(world: World, clock: str, day: date = DAY + ONE) -> datetime:
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=world.context.zone)


def comes(world: World, clock: str, day: date = DAY + ONE) -> None:
    """The workers run and the time passes until that hour."""
    world.drain(morning(world, clock, day) - world.clock.now())
    world.clock.advance(max(morning(world, clock, day) - world.clock.now(), timedelta(0)))
    world.run()


def ask(world: World) -> None:
    FinanceDesk(lambda _: world.context).compare_again(OPERATOR, DAY, by="wang")


def result(world: World) -> Reconciliation | None:
    with world.store.read(OPERATOR) as work:
        return work.reconciliations.find(ACCOUNT, DAY)


def compared_at(world: World) -> datetime | None:
    run = result(world)
    return run.run_at if run is not None and run.is_compared else None


def next_ones(world: World) -> list[datetime]:
    """The comparisons that a worker may take, now or when they are due."""
    with world.store.read(OPERATOR) as work:
        return [job.run_at for job in live_jobs(work) if job.topic == topics.RECONCILE]


def test_a_day_that_is_asked_for_before_its_morning_is_compared_at_once_and_in_its_morning(scheduled: World) -> None:
    comes(scheduled, "07:30")
    ask(scheduled)
    assert next_ones(scheduled) == [scheduled.clock.now()]
    scheduled.run()
    assert compared_at(scheduled) == morning(scheduled, "07:30")
    comes(scheduled, "10:00")
    assert compared_at(scheduled) == morning(scheduled, "10:00")
    assert next_ones(scheduled) == []


def test_a_day_that_is_not_over_is_compared_at_once_and_in_its_morning(scheduled: World) -> None:
    for _ in range(2):
        ask(scheduled)
        scheduled.run()
        assert compared_at(scheduled) == scheduled.clock.now()
        scheduled.clock.advance(MINUTE)
    comes(scheduled, "10:00")
    assert compared_at(scheduled) == morning(scheduled, "10:00")


def test_a_minute_after_an_attempt_that_failed_the_day_is_compared_at_once(scheduled: World) -> None:
    scheduled.wallet.has_bill = False
    comes(scheduled, "10:30")
    scheduled.wallet.has_bill = True
    comes(scheduled, "10:31")
    assert (compared_at(scheduled), next_ones(scheduled)) == (None, [morning(scheduled, "11:00")])
    ask(scheduled)
    scheduled.run()
    assert (compared_at(scheduled), next_ones(scheduled)) == (morning(scheduled, "10:31"), [])


def test_who_asks_for_a_bill_that_is_not_there_is_followed_by_another_attempt(scheduled: World) -> None:
    scheduled.wallet.has_bill = False
    comes(scheduled, "10:10")
    ask(scheduled)
    scheduled.run()
    scheduled.wallet.has_bill = True
    comes(scheduled, "10:41")
    assert compared_at(scheduled) == morning(scheduled, "10:40")


def test_however_often_one_asks_for_a_bill_that_is_not_there_it_is_asked_for_as_often_and_then_every_half_hour(
    scheduled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []

    def download(_: date) -> Iterator[BillEntry]:
        asked.append(scheduled.clock.now())
        raise NotDone("the bill is not ready")

    monkeypatch.setattr(scheduled.wallet, "download_bill", download)
    comes(scheduled, "09:00")
    for minute in range(3):
        comes(scheduled, f"09:0{minute}")
        ask(scheduled)
        scheduled.run()
    assert len(asked) == 3
    comes(scheduled, "11:00")
    assert asked[3:] == [morning(scheduled, clock) for clock in ("10:00", "10:30", "11:00")]


def test_who_asks_while_an_attempt_is_under_way_that_fails_does_not_wait_for_its_next_one(
    scheduled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    comes(scheduled, "09:59")
    whole = scheduled.wallet.download_bill
    monkeypatch.setattr(scheduled.wallet, "download_bill", asked_meanwhile(scheduled, whole))
    comes(scheduled, "10:00")
    assert compared_at(scheduled) == morning(scheduled, "10:00")


Bill = Callable[[date], Iterator[BillEntry]]


def asked_meanwhile(world: World, whole: Bill) -> Bill:
    """The first attempt fails while somebody asks; nobody else may take a comparison of that day meanwhile."""
    attempts = []

    def download(day: date) -> Iterator[BillEntry]:
        attempts.append(day)
        if len(attempts) == 1:
            ask(world)
            assert next_ones(world) == [morning(world, "10:00")], "only the one under way"
            world.wallet.has_bill = False
            yield from whole(day)
        world.wallet.has_bill = True
        yield from whole(day)

    return download


def test_a_day_is_asked_for_as_often_as_one_likes_and_compared_one_after_the_other(scheduled: World) -> None:
    comes(scheduled, "12:00")
    for _ in range(3):
        ask(scheduled)
        assert len(next_ones(scheduled)) == 1
    scheduled.run()
    assert (compared_at(scheduled), next_ones(scheduled)) == (morning(scheduled, "12:00"), [])
