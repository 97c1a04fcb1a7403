from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

from hospital_bridge.store.jobs import JOB, Lane
from hospital_bridge.store.periodic import PERIODIC_RUN
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from hospital_bridge.workers.timers import Daily, Every, PeriodicTask, Timers, tick
from tests.fixtures_store import Database
from tests.steered import CountedIds, FakeClock

EVERY_MINUTE = PeriodicTask("chain", "audit.chain", Every(timedelta(minutes=1)), lane=Lane.TX)
RECONCILE = PeriodicTask("reconcile", "money.reconcile", Daily(time(9, 30)))


def refs(store: Store, topic: str, operator_id: str = "h1") -> Sequence[str]:
    with store.read(operator_id) as work:
        return [row.ref for row in work.table(JOB).all(JOB.c.topic == topic, order_by=[JOB.c.stream_seq])]


def run_all(store: Store) -> None:
    ran = Handlers(tx={"audit.chain": lambda _work, _job: None})
    JobRunner(store, ran, "w1").run_once(Lane.TX)


def test_a_due_run_is_enqueued_once_for_each_operator(store: Store) -> None:
    assert tick(store, EVERY_MINUTE) == 2
    assert tick(store, EVERY_MINUTE) == 0
    assert [refs(store, "audit.chain", operator_id) for operator_id in ("h1", "h2")] == [["h1"], ["h2"]]


def test_a_task_of_some_operators_runs_for_them_alone(store: Store) -> None:
    task = PeriodicTask("poll", "poll", Every(timedelta(minutes=1)), operators=frozenset({"h2"}))
    assert tick(store, task) == 1
    assert (refs(store, "poll", "h1"), refs(store, "poll", "h2")) == ([], ["h2"])


def test_missed_intervals_are_made_up_by_one_run(store: Store, clock: FakeClock) -> None:
    tick(store, EVERY_MINUTE)
    run_all(store)
    clock.advance(timedelta(hours=5))
    tick(store, EVERY_MINUTE)
    assert len(refs(store, "audit.chain")) == 2


def test_a_run_that_still_waits_is_not_doubled(store: Store, clock: FakeClock) -> None:
    for _ in range(5):
        tick(store, EVERY_MINUTE)
        clock.advance(timedelta(minutes=1))
    assert len(refs(store, "audit.chain")) == 1


def test_every_missed_day_is_made_up_in_order(store: Store, clock: FakeClock) -> None:
    clock.advance(timedelta(hours=2))
    tick(store, RECONCILE)
    clock.advance(timedelta(days=3))
    tick(store, RECONCILE)
    assert refs(store, "money.reconcile") == ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"]


def test_a_daily_run_waits_for_its_hour_in_the_operators_zone() -> None:
    daily, zone = Daily(time(9, 30)), ZoneInfo("Asia/Shanghai")
    last = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert daily.due(last, datetime(2026, 11, 23, 1, 29, tzinfo=UTC), zone) == []
    assert daily.due(last, datetime(2026, 11, 23, 1, 30, tzinfo=UTC), zone) == [
        datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    ]


def test_of_many_processes_one_wins_each_run(database: Database, clock: FakeClock, ids: CountedIds) -> None:
    store = Store(database.engine, clock, ids)
    rounds, racers = 5, 4
    won: list[int] = []
    barrier = Barrier(racers)

    def race() -> None:
        mine = Store(database.engine, clock, ids)
        for number in range(rounds):
            if barrier.wait() == 0 and number:
                clock.advance(timedelta(minutes=1))
            barrier.wait()
            won.append(tick(mine, EVERY_MINUTE))

    threads = [Thread(target=race) for _ in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read("h1") as work:
        runs = work.table(PERIODIC_RUN).all()
    assert len(runs) == rounds
    assert sum(won) == rounds * 2


def test_timers_make_up_for_what_was_missed_as_they_start(store: Store) -> None:
    timers = Timers(store, [EVERY_MINUTE, RECONCILE])
    timers.start()
    timers.stop()
    assert refs(store, "audit.chain") == ["h1"]
    assert len(refs(store, "money.reconcile")) == 1


def test_old_runs_are_forgotten(store: Store, clock: FakeClock) -> None:
    tick(store, EVERY_MINUTE)
    clock.advance(timedelta(days=40))
    tick(store, EVERY_MINUTE)
    with store.read("h1") as work:
        assert len(work.table(PERIODIC_RUN).all()) == 1
