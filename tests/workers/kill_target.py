"""A worker process to be killed: it runs the jobs of one database until nothing is left (run by test_kill.py)."""

from __future__ import annotations

import sys
import time

from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table, func, insert, select

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.jobs import Job, Lane
from hospital_bridge.store.metadata import ID, operator_column
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.workers.job_runner import Handlers, JobRunner

EFFECTS = MetaData()
# Without a unique key: an effect that happens twice is to be seen.
EFFECT = Table(
    "kill_effect",
    EFFECTS,
    operator_column(),
    Column("effect_id", ID, primary_key=True),
    Column("job_id", ID, nullable=False),
    Column("stream_key", String(128), nullable=False),
    Column("stream_seq", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
)
Index("ix_kill_effect_position", EFFECT.c.operator_id, EFFECT.c.stream_key, EFFECT.c.position)
"""Else the target spends its time counting its own effects: twenty thousand rows for each of twenty thousand."""
PAUSE_SECONDS = 0.001


def note_effect(work: Work, stream: str, of: str, stream_seq: int = 0) -> None:
    """One row per run, numbered within its stream."""
    mine = (EFFECT.c.operator_id == work.operator_id, EFFECT.c.stream_key == stream)
    last = func.coalesce(select(func.max(EFFECT.c.position)).where(*mine).scalar_subquery(), 0)
    told = {"job_id": of, "stream_key": stream, "stream_seq": stream_seq}
    values = {"operator_id": work.operator_id, "effect_id": work.ids.new(), **told}
    work.connection.execute(insert(EFFECT).values(position=last + 1, **values))


def take_effect(work: Work, job: Job) -> None:
    """One row per run, and a while in which it is not over."""
    note_effect(work, job.stream_key, job.job_id, job.stream_seq)
    time.sleep(PAUSE_SECONDS)  # noqa: TID251  time in which the kill may fall


def call_outside(store: Store, job: Job) -> None:
    """The effect and the job's end in one fenced commit, as an idempotent outside call would record them."""
    time.sleep(PAUSE_SECONDS)  # noqa: TID251  time in which the kill may fall
    with store.begin(job.operator_id) as work:
        take_effect(work, job)
        work.jobs.finish(job)


def main(url: str, name: str) -> None:
    """Run until both lanes are dry."""
    store = Store(make_engine(url), None, RandomIds(SystemClock()))
    runner = JobRunner(store, Handlers(tx={"note": take_effect}, io={"note": call_outside}), name)
    runner.recover()
    while runner.run_once(Lane.TX) + runner.run_once(Lane.IO):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
