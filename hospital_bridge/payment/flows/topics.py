"""The jobs of money: one stream for each payment and purpose, so that no wait holds up another."""

from __future__ import annotations

from datetime import datetime

from hospital_bridge.store.jobs import JOB, JobState
from hospital_bridge.store.unit_of_work import Work

CREATE = "payment.create"
QUERY = "payment.query"
CLOSE = "payment.close"
FULFIL = "payment.fulfil"
REFUND = "payment.refund"
REVERSE = "payment.reverse"
RECONCILE = "payment.reconcile"


def add(work: Work, topic: str, ref: str, *, of: str = "", run_at: datetime | None = None) -> None:
    """Enqueue once for ever: `ref` is what the job is about, `of` the payment whose jobs of this topic wait in line."""
    work.jobs.add(topic, ref, lane="io", stream=f"{topic}:{of or ref}", dedupe_key=f"{topic}:{ref}", run_at=run_at)


def is_under_way(work: Work, topic: str, ref: str) -> bool:
    """Whether that job runs or will run; one that is dead waits for a person, and is not."""
    live = JOB.c.state.in_([JobState.READY, JobState.LEASED])
    return work.table(JOB).one(JOB.c.dedupe_key == f"{topic}:{ref}", live) is not None
