"""Durable work: one job table in the business database, filled in the transaction of the change it follows.

A job holds references, never personal data. Jobs of one stream run one after another in the
order in which they were added; only the head of a stream can be claimed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Row,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    func,
    select,
)

from hospital_bridge.store.many_rows import insert_rows
from hospital_bridge.store.metadata import CODE, ID, Instant, belongs_to, metadata, operator_column, where
from hospital_bridge.store.streams import Place, Streams

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

_USUAL_PRIORITY = 5
_UNLESS_KNOWN = "ON CONFLICT (operator_id, dedupe_key) DO NOTHING RETURNING job_id"


class Lane(StrEnum):
    """`tx`: the handler touches the database alone. `io`: it calls outside, under a lease."""

    TX = "tx"
    IO = "io"


class JobState(StrEnum):
    """Where a job stands; a dead one waits for a person, who runs it again or lets it end undone."""

    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


JOB = Table(
    "job",
    metadata,
    operator_column(),
    Column("job_id", ID, primary_key=True),
    Column("lane", String(2), nullable=False),
    Column("topic", CODE, nullable=False),
    Column("ref", String(128), nullable=False),
    Column("stream_key", String(128), nullable=False),
    Column("stream_seq", BigInteger, nullable=False),
    Column("is_head", Boolean, nullable=False),
    Column("dedupe_key", String(160)),
    Column("priority", SmallInteger, nullable=False),
    Column("state", String(6), nullable=False),
    Column("run_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("owner", CODE),
    Column("lease_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant),
    UniqueConstraint("operator_id", "stream_key", "stream_seq"),
    UniqueConstraint("operator_id", "dedupe_key"),
    CheckConstraint("lane IN ('tx', 'io')", name="lane"),
    CheckConstraint("state IN ('ready', 'leased', 'done', 'dead')", name="state"),
    CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name="lease"),
)
Index("ix_job_due", JOB.c.lane, JOB.c.operator_id, JOB.c.priority, JOB.c.run_at, **where("state = 'ready' AND is_head"))
Index("ix_job_leased", JOB.c.lane, JOB.c.lease_until, **where("state = 'leased'"))
Index("ix_job_dead", JOB.c.operator_id, JOB.c.finished_at, **where("state = 'dead'"))

JOB_ATTEMPT = Table(
    "job_attempt",
    metadata,
    operator_column(),
    Column("job_id", ID, primary_key=True),
    Column("fence", BigInteger, primary_key=True),
    Column("worker", CODE, nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", String(8), nullable=False),
    Column("error", CODE, nullable=False),
    Column("text", String(200), nullable=False),
    belongs_to("job", "job_id"),
    CheckConstraint("outcome IN ('done', 'again', 'failed', 'lost')", name="outcome"),
)


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work as its handler sees it; `ref` is an opaque id of what it is about."""

    operator_id: str
    job_id: str
    lane: Lane
    topic: str
    ref: str
    stream_key: str
    stream_seq: int
    state: JobState
    attempts: int
    faults: int
    fence: int
    run_at: datetime
    created_at: datetime


class Again(Exception):
    """Raised by a handler that did its part and wants to look again after that time; it is no failure.

    A job that steps `aside` goes to the end of that other stream: what stood behind it goes ahead.
    """

    def __init__(self, after: timedelta, *, aside: str = "") -> None:
        super().__init__(f"again in {after}")
        self.after = after
        self.aside = aside


def job_of(row: Row[Any]) -> Job:
    """The job that a row tells of."""
    return Job(
        operator_id=row.operator_id,
        job_id=row.job_id,
        lane=Lane(row.lane),
        topic=row.topic,
        ref=row.ref,
        stream_key=row.stream_key,
        stream_seq=row.stream_seq,
        state=JobState(row.state),
        attempts=row.attempts,
        faults=row.faults,
        fence=row.fence,
        run_at=row.run_at,
        created_at=row.created_at,
    )


class Jobs:
    """The jobs of the operator that the unit of work was opened with; `added` holds topic and `ref` of new ones."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.finishing: set[str] = set()
        self.added: list[tuple[str, str]] = []
        self._jobs = work.table(JOB)
        self.streams = Streams(work)

    def add(
        self,
        topic: str,
        ref: str,
        *,
        lane: Lane | str = Lane.IO,
        stream: str | None = None,
        dedupe_key: str | None = None,
        run_at: datetime | None = None,
        priority: int = _USUAL_PRIORITY,
    ) -> str:
        """Add a job and give its id; with a `dedupe_key` that was ever used, only the id of that job.

        Jobs of one `stream` run in the order of their adding, jobs without one in no order.
        `priority` counts from 0, the most urgent, to 9.
        """
        job_id = self._work.ids.new()
        place = Place(1, is_head=True) if stream is None else self.streams.next_place(stream)
        row = self._row(job_id, topic, ref, lane, stream or job_id, place)
        row |= {"dedupe_key": dedupe_key, "priority": priority, "run_at": run_at or self._work.now}
        if insert_rows(self._work.connection, JOB, [row], _UNLESS_KNOWN):
            self.added.append((topic, ref))
            self._announce(lane)
            return job_id
        if stream is not None:
            self.streams.give_back(stream, place.seq)
        return self._id_of(dedupe_key)

    def add_at(self, place: Place, topic: str, ref: str, *, lane: Lane | str, stream: str) -> None:
        """Add a job at a place of its stream that was taken before in this transaction."""
        row = self._row(self._work.ids.new(), topic, ref, lane, stream, place)
        signals = self._work.signals
        insert_rows(self._work.connection, JOB, [row], signals.announcing(self._work.connection, lane))
        self._work.after_commit.add(signals[lane].fire)

    def add_all(self, jobs: Sequence[tuple[str, str, str, str | None]], *, lane: Lane | str = Lane.IO) -> None:
        """Add a job for each topic, reference, stream and dedupe key, at the end of that stream, in this order."""
        places = self.streams.places(Counter(stream for _, _, stream, _ in jobs))
        rows = [
            self._row(self._work.ids.new(), topic, ref, lane, stream, places[stream].take()) | {"dedupe_key": key}
            for topic, ref, stream, key in jobs
        ]
        if rows:
            insert_rows(self._work.connection, JOB, rows)
            self._announce(lane)

    def get(self, job_id: str) -> Job:
        """The job; LookupError when there is none."""
        row = self._jobs.one(JOB.c.job_id == job_id)
        if row is None:
            raise LookupError(f"no job {job_id}")
        return job_of(row)

    def dead(self, limit: int = 100) -> Sequence[Job]:
        """The jobs that wait for a person, the oldest first."""
        rows = self._jobs.all(JOB.c.state == JobState.DEAD, order_by=[JOB.c.finished_at], limit=limit)
        return [job_of(row) for row in rows]

    def replay(self, job_id: str) -> bool:
        """Make a dead job ready once more; False when it is not dead (somebody else was faster)."""
        changed = self._jobs.change(
            JOB.c.job_id == job_id,
            JOB.c.state == JobState.DEAD,
            state=JobState.READY.value,
            is_head=True,
            attempts=0,
            faults=0,
            run_at=self._work.now,
            finished_at=None,
        )
        if changed:
            self._announce(self.get(job_id).lane)
        return changed == 1

    def dismiss(self, job_id: str) -> bool:
        """End a dead job undone, for somebody has decided so; False when it is not dead. Its stream has gone on."""
        dead = (JOB.c.job_id == job_id, JOB.c.state == JobState.DEAD)
        return self._jobs.change(*dead, state=JobState.DONE.value, finished_at=self._work.now) == 1

    def finish(self, job: Job) -> None:
        """Let the io job end with this very commit, so that what its handler records here is recorded once."""
        self.finishing.add(job.job_id)

    def is_idle(self, stream: str) -> bool:
        """Whether every job that was ever added to the stream is at an end."""
        return self.streams.is_idle(stream)

    def attempts(self, job_id: str) -> Sequence[Row[Any]]:
        """What became of each try: `fence`, `worker`, `at`, `outcome`, `error`, `text`."""
        return self._work.table(JOB_ATTEMPT).all(JOB_ATTEMPT.c.job_id == job_id, order_by=[JOB_ATTEMPT.c.fence])

    def _announce(self, lane: str) -> None:
        wake = self._work.signals[lane].fire
        if wake not in self._work.after_commit:
            self._work.signals.announce(self._work.connection, lane)
            self._work.after_commit.add(wake)

    def _row(self, job_id: str, topic: str, ref: str, lane: Lane | str, stream: str, place: Place) -> dict[str, object]:
        return {
            "operator_id": self._work.operator_id,
            "job_id": job_id,
            "lane": Lane(lane).value,
            "topic": topic,
            "ref": ref,
            "stream_key": stream,
            "stream_seq": place.seq,
            "is_head": place.is_head,
            "state": JobState.READY.value,
            "attempts": 0,
            "faults": 0,
            "fence": 0,
            "created_at": self._work.now,
            "dedupe_key": None,
            "priority": _USUAL_PRIORITY,
            "run_at": self._work.now,
        }

    def _id_of(self, dedupe_key: str | None) -> str:
        row = self._jobs.one(JOB.c.dedupe_key == dedupe_key)
        if row is None:
            raise LookupError(f"the job with key {dedupe_key} was added by a transaction that this one cannot see")
        return str(row.job_id)


def job_counts(work: Work) -> dict[tuple[str, str], int]:
    """How many jobs stand in each (lane, state) other than done."""
    statement = (
        select(JOB.c.lane, JOB.c.state, func.count())
        .where(JOB.c.operator_id == work.operator_id, JOB.c.state != JobState.DONE)
        .group_by(JOB.c.lane, JOB.c.state)
    )
    return {(lane, state): count for lane, state, count in work.connection.execute(statement)}
