"""When a failed job is tried again, and when it gives up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from adapters.errors import NotDone, OutsideError
from hospital_bridge.store.busy import DatabaseBusy
from hospital_bridge.store.job_claims import Told
from hospital_bridge.store.jobs import Job

NO_FAULT = (NotDone, DatabaseBusy)
"""The world is unchanged, and not for anything that the job did."""

Chance = Callable[[], float]
"""A number from 0 up to, but not including, 1."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The patience with one topic.

    `faults` failures make a job dead. A peer that is down or busy (NotDone) is no fault of the job, nor is a busy
    database: such tries only end after `refusals` of them, at the longest delay about two days. What is `permanent`
    comes out the same at every try: the job is dead at once.
    """

    faults: int = 5
    refusals: int = 1000
    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)
    dead_blocks_stream: bool = False
    permanent: tuple[type[Exception], ...] = ()

    def gives_up(self, job: Job, error: Exception | None) -> bool:
        """Whether the failed try was the last."""
        if isinstance(error, NO_FAULT):
            return job.attempts + 1 >= self.refusals
        return isinstance(error, self.permanent) or job.faults + 1 >= self.faults

    def delay(self, job: Job, error: Exception | None, chance: Chance) -> timedelta:
        """Exponential backoff with full jitter, and never sooner than the peer asked for."""
        ceiling = min(self.longest, self.first * (1 << min(job.attempts, 20)))
        asked = error.retry_after if isinstance(error, NotDone) else None
        return max(ceiling * chance(), asked or timedelta())


def told_of(error: Exception) -> Told:
    """What may be kept of an error: our own outcomes carry no personal data, of any other only its kind is kept."""
    text = error.text[:200] if isinstance(error, OutsideError) else ""
    return Told("failed", type(error).__name__[:64], text)


SILENT = Told("lost", "", "the worker went silent")
