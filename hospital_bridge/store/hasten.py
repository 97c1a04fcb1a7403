"""What waits in a stream: whether anything does, and the first made due now because somebody has asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from hospital_bridge.store.jobs import JOB, JobState

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from hospital_bridge.store.unit_of_work import Work


def hasten(work: Work, stream: str) -> Sequence[datetime]:
    """Make the first job of the stream that waits due now; for when each one that waits is due then.

    None of them starts before this transaction ends, so that the first one sees what is done in it.
    """
    jobs = work.table(JOB)
    waiting = jobs.all(*_ready(stream), order_by=[JOB.c.stream_seq], lock=True)
    if not waiting:
        return []
    first, *others = waiting
    due = min(first.run_at, work.now)
    jobs.change(JOB.c.job_id == first.job_id, run_at=due)
    work.signals.announce(work.connection, first.lane)
    work.after_commit.add(work.signals[first.lane].fire)
    return [due, *(job.run_at for job in others)]


def does_one_wait(work: Work, stream: str) -> bool:
    """Whether a job of the stream is still to run, beside the one that runs."""
    return bool(work.table(JOB).all(*_ready(stream), limit=1))


def _ready(stream: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return JOB.c.stream_key == stream, JOB.c.state == JobState.READY.value
