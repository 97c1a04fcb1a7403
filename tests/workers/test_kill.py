"""Workers killed with SIGKILL at random points: nothing lost, nothing twice, every stream in its order."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from sqlalchemy import select

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.jobs import JOB, JobState, Lane
from hospital_bridge.store.unit_of_work import Store
from tests.fixtures_store import Database
from tests.workers.kill_target import EFFECT, EFFECTS

ROOT = Path(__file__).parents[2]
JOBS, STREAMS, KILLS = 96, 8, 2
FIRST_EFFECT_SECONDS = 30.0


def start_worker(database: Database, name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.workers.kill_target", database.url, name], cwd=ROOT)


def add_jobs(store: Store, lane: Lane) -> None:
    with store.begin("h1") as work:
        for number in range(JOBS):
            work.jobs.add("note", str(number), lane=lane, stream=f"stream-{number % STREAMS}")


def effects(store: Store) -> list[tuple[str, str, int, int]]:
    with store.read("h1") as work:
        rows = work.connection.execute(select(EFFECT).order_by(EFFECT.c.stream_key, EFFECT.c.position))
        return [(row.job_id, row.stream_key, row.stream_seq, row.position) for row in rows]


def wait_for_effects(store: Store, worker: subprocess.Popen[bytes], count: int) -> None:
    clock = SystemClock()
    started = clock.now()
    while len(effects(store)) < count and worker.poll() is None:
        assert (clock.now() - started).total_seconds() < FIRST_EFFECT_SECONDS
        clock.sleep(0.002)


@pytest.mark.parametrize("lane", list(Lane))
def test_killed_workers_lose_nothing_and_repeat_nothing(database: Database, lane: Lane) -> None:
    database.add_tables(EFFECTS)
    store = Store(database.engine, None, RandomIds(SystemClock()))
    add_jobs(store, lane)
    for kill in range(1, KILLS + 1):
        workers = [start_worker(database, name) for name in ("w1", "w2")]
        wait_for_effects(store, workers[0], kill * JOBS // (KILLS + 2))
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    finishing = [start_worker(database, name) for name in ("w1", "w2")]
    assert [worker.wait() for worker in finishing] == [0, 0]
    taken = effects(store)
    assert len({job_id for job_id, *_ in taken}) == JOBS
    assert len(taken) == JOBS
    in_order: dict[str, list[int]] = defaultdict(list)
    for _, stream, stream_seq, _ in taken:
        in_order[stream].append(stream_seq)
    assert all(numbers == sorted(numbers) for numbers in in_order.values())
    with store.read("h1") as work:
        assert work.table(JOB).all(JOB.c.state != JobState.DONE.value) == []
