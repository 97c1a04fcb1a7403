"""Periodic work: a tick records which run is due and enqueues its job, so that one process wins.

APScheduler is only the clock of it (memory store, nothing kept); what was missed while no
process lived is found in `periodic_run` at the next tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from hospital_bridge.logs import logger
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.unit_of_work import Store, Work

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAILY_LOOK = timedelta(minutes=1)

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Every:
    """At every whole multiple of `interval`; runs that were missed are made up by one."""

    interval: timedelta

    def due(self, last: datetime | None, now: datetime, zone: ZoneInfo) -> Sequence[datetime]:
        """The newest multiple, unless it was started."""
        latest = EPOCH + (now - EPOCH) // self.interval * self.interval
        return [latest] if last is None or last < latest else []


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at `at` in the operator's zone, missed days one by one. `ref` is the business date of the run."""

    at: time

    def due(self, last: datetime | None, now: datetime, zone: ZoneInfo) -> Sequence[datetime]:
        """The days after `last`, oldest first; without a `last` the newest alone."""
        today = now.astimezone(zone).date()
        newest = today if self._on(today.toordinal(), zone) <= now else today - timedelta(days=1)
        first = newest if last is None else last.astimezone(zone).date() + timedelta(days=1)
        return [self._on(day, zone) for day in range(first.toordinal(), newest.toordinal() + 1)]

    def _on(self, ordinal: int, zone: ZoneInfo) -> datetime:
        return datetime.combine(datetime.fromordinal(ordinal), self.at, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """A job of `topic` for every operator, or for those named; one that still waits is not doubled by `Every`.

    `ref` is what a job of `Every` is about; without it, its operator.
    """

    name: str
    topic: str
    when: Every | Daily
    lane: Lane = Lane.IO
    operators: frozenset[str] | None = None
    ref: str = ""

    @property
    def look(self) -> timedelta:
        """How often a clock should look whether a run is due."""
        return self.when.interval if isinstance(self.when, Every) else DAILY_LOOK

    @property
    def stream(self) -> str:
        """The runs of one task follow each other."""
        return f"periodic:{self.name}"


def tick(store: Store, task: PeriodicTask) -> int:
    """Start the runs of the task that are due; how many this process started."""
    return sum(
        _tick_operator(store, task, operator_id)
        for operator_id in store.operator_ids()
        if task.operators is None or operator_id in task.operators
    )


def _tick_operator(store: Store, task: PeriodicTask, operator_id: str) -> int:
    with store.read(operator_id) as work:
        if not _due(work, task):
            return 0
    with store.begin(operator_id) as work:
        return sum(_start(work, task, scheduled_at) for scheduled_at in _due(work, task))


def _due(work: Work, task: PeriodicTask) -> Sequence[datetime]:
    return task.when.due(work.periodic_runs.last(task.name), work.now, ZoneInfo(work.operators.get().zone))


def _start(work: Work, task: PeriodicTask, scheduled_at: datetime) -> bool:
    if not work.periodic_runs.start(task.name, scheduled_at):
        return False
    if isinstance(task.when, Every):
        if work.jobs.is_idle(task.stream):
            work.jobs.add(task.topic, task.ref or work.operator_id, lane=task.lane, stream=task.stream)
        return True
    business_date = scheduled_at.astimezone(ZoneInfo(work.operators.get().zone)).date().isoformat()
    work.jobs.add(task.topic, business_date, lane=task.lane, stream=task.stream)
    return True


class Timers:
    """Ticks the tasks while it runs, beginning with what was missed."""

    def __init__(self, store: Store, tasks: Sequence[PeriodicTask]) -> None:
        self._store = store
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )
        for task in tasks:
            self._scheduler.add_job(self._tick, "interval", args=[task], seconds=task.look.total_seconds())
        self._tasks = tasks

    def start(self) -> None:
        """Make up for what was missed, then follow the clock."""
        for task in self._tasks:
            self._tick(task)
        self._scheduler.start()

    def stop(self) -> None:
        """Start no further run."""
        self._scheduler.shutdown(wait=True)

    def _tick(self, task: PeriodicTask) -> None:
        try:
            tick(self._store, task)
        except Exception as error:  # noqa: BLE001  the next tick finds the run still due
            _log.error("timer.trouble", topic=task.topic, error=type(error).__name__)
