"""The way of every delivery: kept with the change that it follows, tried by a job, decided by its policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hospital_bridge.store.deliveries import DeliveryKind, DeliveryRow, NewDelivery
from hospital_bridge.store.jobs import Again, Job, Lane
from hospital_bridge.store.unit_of_work import Store, Work
from notifications.delivery import UNDONE, Policy, given_up, refused, replayed
from notifications.message import Outcome

DELIVER = "telling.deliver"
FIRST, USUAL = 0, 5
"""Priorities of jobs: what is urgent goes first."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the outside answered to one attempt; `detail` holds no personal data."""

    outcome: Outcome
    detail: str
    retry_after: timedelta | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """There is nobody to deliver to, and no attempt is made; `why` says it to staff.

    What is `unwanted` ends as refused, everything else waits for a person.
    """

    why: str
    unwanted: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, read from the store: `call` is made outside any transaction.

    `follow` changes what else an answer changes, in the transaction that records it.
    """

    policy: Policy
    call: Callable[[], Said]
    follow: Callable[[Work, Said], None]


class Carrier(Protocol):
    """How one kind of delivery is made."""

    def prepare(self, work: Work, row: DeliveryRow) -> Attempt | Closed:
        """What the store knows of it."""


Post = Mapping[DeliveryKind, Carrier]


def hand_in(work: Work, new: NewDelivery) -> None:
    """Keep a delivery and the job that makes it, in the transaction of the change that it follows."""
    _enqueue(work, work.deliveries.add(new), new.standing.due)


def turn_away(work: Work, new: NewDelivery, why: str) -> None:
    """Keep that a delivery was not begun, for its recipient does not want it."""
    row = work.deliveries.add(new)
    work.deliveries.change(row, refused(row.standing), why)


def deliver(post: Post, store: Store, job: Job) -> None:
    """Job: one attempt; Again when another is due."""
    with store.read(job.operator_id) as work:
        row = work.deliveries.get(job.ref)
        due = row.standing.due
        if due is None:
            return
        if due > work.now:
            # Somebody died between recording an attempt and putting the job off.
            raise Again(due - work.now)
        attempt = post[row.kind].prepare(work, row)
    if isinstance(attempt, Closed):
        _close(store, job, row, attempt)
    else:
        _make(attempt, store, job, row)


def _make(attempt: Attempt, store: Store, job: Job, row: DeliveryRow) -> None:
    said = attempt.call()
    with store.begin(job.operator_id) as work:
        standing = attempt.policy.decide(row.standing, said.outcome, work.now, said.retry_after)
        work.deliveries.change(row, standing, said.detail)
        work.deliveries.tried(row, said.outcome.value, said.detail)
        attempt.follow(work, said)
        rest = None if standing.due is None else standing.due - work.now
        if rest is None:
            work.jobs.finish(job)
    if rest is not None:
        raise Again(rest)


def _close(store: Store, job: Job, row: DeliveryRow, closed: Closed) -> None:
    with store.begin(job.operator_id) as work:
        standing = refused(row.standing) if closed.unwanted else given_up(row.standing)
        work.deliveries.change(row, standing, closed.why)
        work.jobs.finish(job)


def replay(work: Work, row: DeliveryRow) -> bool:
    """Try a delivery once more that was given up or refused; False when it is neither."""
    if row.standing.state not in UNDONE:
        return False
    standing = replayed(row.standing, work.now)
    work.deliveries.change(row, standing, row.detail)
    _enqueue(work, row, standing.due)
    return True


def _enqueue(work: Work, row: DeliveryRow, due: datetime | None) -> None:
    work.jobs.add(DELIVER, row.delivery_id, lane=Lane.IO, stream=row.stream_key, run_at=due, priority=row.priority)
