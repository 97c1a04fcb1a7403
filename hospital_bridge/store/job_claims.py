"""How a worker takes jobs of one operator and says what became of them.

A job of the tx lane is locked by the transaction that runs it. A job of the io lane is leased:
`fence` counts every taking and every end, so that a worker whose lease ran out can change nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select, text

from hospital_bridge.store.jobs import JOB, JOB_ATTEMPT, Again, Job, JobState, Lane, job_of
from hospital_bridge.store.streams import STREAM_HEAD

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

# Asked for each job that runs, and so made once.
_OURS = (
    select(JOB)
    .where(JOB.c.operator_id == bindparam("operator"), JOB.c.lane == bindparam("lane"))
    .with_for_update(skip_locked=True)
)
_DUE = (
    # Written as in the partial index ix_job_due, or SQLite would not use it.
    _OURS.where(text("state = 'ready' AND is_head"))
    .where(JOB.c.run_at <= bindparam("now"), JOB.c.topic.in_(bindparam("topics", expanding=True)))
    .order_by(JOB.c.priority, JOB.c.run_at, JOB.c.job_id)
    .limit(bindparam("limit", type_=Integer))
)
_LEASED = _OURS.where(text("state = 'leased'"))
_SILENT = _LEASED.where(JOB.c.lease_until <= bindparam("now"))
_OWN = _LEASED.where(JOB.c.owner == bindparam("worker"))


@dataclass(frozen=True, slots=True)
class Told:
    """What is kept of a failed try: no personal data, for staff read it."""

    outcome: str
    error: str
    text: str


@dataclass(frozen=True, slots=True)
class Took:
    """What the handler of a tx job did: so many things, and all that its stream's jobs up to that place were for."""

    count: int
    through: int


class LeaseLost(Exception):
    """Another worker has the job by now; what this one did is not kept."""


class Claims:
    """Taking and ending jobs in one unit of work, in the name of one worker."""

    def __init__(self, work: Work, worker: str) -> None:
        self._work = work
        self._worker = worker
        self._jobs = work.table(JOB)

    @property
    def now(self) -> datetime:
        """The instant of the unit of work."""
        return self._work.now

    def lock(self, lane: Lane, topics: Collection[str], limit: int) -> Sequence[Job]:
        """The most urgent jobs that are due, each the head of its stream, locked until the transaction ends."""
        return self._found(_DUE, lane=lane.value, now=self._work.now, topics=list(topics), limit=limit)

    def lease(self, topics: Collection[str], length: timedelta) -> Job | None:
        """The most urgent io job, taken until `length` from now; None when there is nothing to do."""
        for job in self.lock(Lane.IO, topics, 1):
            taken = replace(job, state=JobState.LEASED, fence=job.fence + 1)
            self._jobs.change(
                JOB.c.job_id == job.job_id,
                state=taken.state.value,
                fence=taken.fence,
                owner=self._worker,
                lease_until=self._work.now + length,
            )
            return taken
        return None

    def expired(self) -> Sequence[Job]:
        """Jobs whose worker went silent, locked until the transaction ends."""
        return self._found(_SILENT, lane=Lane.IO.value, now=self._work.now)

    def own(self) -> Sequence[Job]:
        """Jobs that a worker of this name holds, locked: after a restart nobody works on them."""
        return self._found(_OWN, lane=Lane.IO.value, worker=self._worker)

    def hold(self, job: Job) -> None:
        """Keep the lease from being lost before this transaction commits; LeaseLost when it is."""
        if self._jobs.one(*_held(job), lock=True) is None:
            raise LeaseLost(job.job_id)

    def renew(self, job: Job, length: timedelta) -> bool:
        """Hold the lease until `length` from now; False when it is lost."""
        return self._jobs.change(*_held(job), lease_until=self._work.now + length) == 1

    def complete(self, job: Job, through: int = 0) -> bool:
        """The job is done and the next of its stream may run; False when it was no longer ours.

        With it those of its stream up to the place `through`, which were not tried for they had nothing left to do.
        """
        ended = self._end(job, "done", JobState.DONE, finished_at=self._work.now)
        if ended and through > job.stream_seq:
            others = (JOB.c.stream_key == job.stream_key, JOB.c.stream_seq > job.stream_seq)
            done = {"state": JobState.DONE.value, "finished_at": self._work.now, "fence": JOB.c.fence + 1}
            self._jobs.change(*others, JOB.c.stream_seq <= through, **done)
        return ended and self._advance(job, through)

    def postpone(self, job: Job, again: Again) -> bool:
        """The handler wants to look again; earlier failures are forgotten."""
        changes: dict[str, Any] = {"run_at": self._work.now + again.after, "attempts": 0, "faults": 0}
        if again.aside:
            stream_seq, is_head = self._work.jobs.streams.next_place(again.aside)
            changes |= {"stream_key": again.aside, "stream_seq": stream_seq, "is_head": is_head}
        ended = self._end(job, "again", JobState.READY, **changes)
        return ended and (not again.aside or self._advance(job))

    def retry(self, job: Job, run_at: datetime, *, fault: bool, told: Told) -> bool:
        """The try failed and another follows; only a `fault` counts towards the job's death."""
        counts = {"attempts": job.attempts + 1, "faults": job.faults + (1 if fault else 0)}
        return self._end(job, told.outcome, JobState.READY, told, run_at=run_at, **counts)

    def bury(self, job: Job, *, blocks: bool, told: Told) -> bool:
        """The job gives up and waits for a person; its stream goes on unless the dead job `blocks` it."""
        counts = {"attempts": job.attempts + 1, "faults": job.faults + 1}
        ended = self._end(job, told.outcome, JobState.DEAD, told, finished_at=self._work.now, **counts)
        return ended and (blocks or self._advance(job))

    def _found(self, statement: Select[Any], **values: object) -> Sequence[Job]:
        rows = self._work.connection.execute(statement, {"operator": self._work.operator_id, **values})
        return [job_of(row) for row in rows]

    def _end(self, job: Job, outcome: str, state: JobState, told: Told | None = None, **values: object) -> bool:
        ended = self._jobs.change(
            *_held(job), state=state.value, fence=job.fence + 1, owner=None, lease_until=None, **values
        )
        if ended:
            self._work.table(JOB_ATTEMPT).add(
                job_id=job.job_id,
                fence=job.fence,
                worker=self._worker,
                at=self._work.now,
                outcome=outcome,
                error=told.error if told else "",
                text=told.text if told else "",
            )
        return ended == 1

    def _advance(self, job: Job, through: int = 0) -> bool:
        last = max(through, job.stream_seq)
        if job.stream_key != job.job_id:
            stream = STREAM_HEAD.c.stream_key == job.stream_key
            before = STREAM_HEAD.c.done_seq == job.stream_seq - 1
            # A dead job that is replayed after its stream went on moves nothing.
            if self._work.table(STREAM_HEAD).change(stream, before, done_seq=last):
                following = (JOB.c.stream_key == job.stream_key, JOB.c.stream_seq == last + 1)
                self._jobs.change(*following, is_head=True)
        return True


def _held(job: Job) -> tuple[ColumnElement[bool], ...]:
    return JOB.c.job_id == job.job_id, JOB.c.state == job.state.value, JOB.c.fence == job.fence
