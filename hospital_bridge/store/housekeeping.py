"""Old rows of finished work; what has a dedupe key stays for ever, for money keys are never pruned."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from hospital_bridge.store.jobs import JOB, JOB_ATTEMPT, JobState

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

KEPT = timedelta(days=90)
AT_ONCE = 1000


def forget_finished_jobs(work: Work) -> int:
    """Delete up to a thousand jobs without a dedupe key that were done long ago, and their tries."""
    mine = JOB.c.operator_id == work.operator_id
    old = (JOB.c.state == JobState.DONE.value, JOB.c.dedupe_key.is_(None), JOB.c.finished_at < work.now - KEPT)
    job_ids = list(work.connection.execute(select(JOB.c.job_id).where(mine, *old).limit(AT_ONCE)).scalars())
    work.table(JOB_ATTEMPT).remove(JOB_ATTEMPT.c.job_id.in_(job_ids))
    statement = delete(JOB).where(mine, JOB.c.job_id.in_(job_ids))
    return work.connection.execute(statement).rowcount
