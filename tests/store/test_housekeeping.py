from __future__ import annotations

from datetime import timedelta

from hospital_bridge.store.housekeeping import KEPT, forget_finished_jobs
from hospital_bridge.store.jobs import JOB, JOB_ATTEMPT, Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from tests.steered import FakeClock


def remaining(store: Store) -> set[str]:
    with store.read("h1") as work:
        return {row.ref for row in work.table(JOB).all()}


def test_only_work_done_long_ago_and_without_a_key_is_forgotten(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        work.jobs.add("note", "done", lane=Lane.TX)
        work.jobs.add("note", "money", lane=Lane.TX, dedupe_key="payment-1")
        work.jobs.add("later", "waiting", lane=Lane.TX)
    JobRunner(store, Handlers(tx={"note": lambda _work, _job: None}), "w1").run_once(Lane.TX)
    clock.advance(KEPT)
    with store.begin("h1") as work:
        assert forget_finished_jobs(work) == 0
    clock.advance(timedelta(seconds=1))
    with store.begin("h1") as work:
        assert forget_finished_jobs(work) == 1
        assert len(work.table(JOB_ATTEMPT).all()) == 1
    assert remaining(store) == {"money", "waiting"}
