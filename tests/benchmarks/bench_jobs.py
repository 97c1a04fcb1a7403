"""Jobs through both lanes on both databases, beside the bare one-row commits of the same database."""

from __future__ import annotations

import time
from collections.abc import Callable

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.jobs import Job, Lane
from hospital_bridge.store.streams import STREAM_HEAD
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from tests.benchmarks.databases import DATABASES

Row = dict[str, object]

_JOBS = 200
_STREAMS = 50
_COMMITS = 100


def run() -> list[Row]:
    """Rates of one worker thread; `ratio` is to one-row commits on that database."""
    rows: list[Row] = []
    for name, opened in DATABASES.items():
        with opened() as engine:
            rows += _measure(name, Store(engine, None, RandomIds(SystemClock())))
    return rows


def _measure(database: str, store: Store) -> list[Row]:
    with store.begin("h1") as work:
        work.operators.register("Hospital")
    commits = _rate(_COMMITS, lambda: _commit_rows(store))
    measured = {
        "commits of one row": commits,
        "jobs enqueued, one commit each": _rate(_JOBS, lambda: _enqueue(store, Lane.TX)),
        "jobs run, tx lane": _rate(_JOBS, lambda: _drain(store, Lane.TX)),
    }
    _enqueue(store, Lane.IO)
    measured["jobs run, io lane"] = _rate(_JOBS, lambda: _drain(store, Lane.IO))
    return [
        {
            "name": f"{database}: {name}",
            "value": round(rate),
            "unit": "commits/s" if rate == commits else "jobs/s",
            "ratio": round(rate / commits, 2),
            "against": "one-row commits",
        }
        for name, rate in measured.items()
    ]


def _rate(count: int, work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def _commit_rows(store: Store) -> None:
    for number in range(_COMMITS):
        with store.begin("h1") as work:
            work.table(STREAM_HEAD).add(stream_key=f"row-{number}", last_seq=0, done_seq=0)


def _enqueue(store: Store, lane: Lane) -> None:
    for number in range(_JOBS):
        with store.begin("h1") as work:
            work.jobs.add("note", str(number), lane=lane, stream=f"{lane}-{number % _STREAMS}")


def _drain(store: Store, lane: Lane) -> None:
    def effect(work: Work, job: Job) -> None:
        work.table(STREAM_HEAD).add(stream_key=job.job_id, last_seq=0, done_seq=0)

    def outside(inner: Store, job: Job) -> None:
        with inner.begin(job.operator_id) as work:
            effect(work, job)
            work.jobs.finish(job)

    runner = JobRunner(store, Handlers(tx={"note": effect}, io={"note": outside}), "bench")
    while runner.run_once(lane):
        continue
