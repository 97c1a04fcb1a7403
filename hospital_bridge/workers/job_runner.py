"""Runs jobs: one step at a time and without threads, so that a simulation can drive it too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock

from hospital_bridge.clock import chance as system_chance
from hospital_bridge.logs import logger
from hospital_bridge.store.job_claims import Claims, LeaseLost, Took
from hospital_bridge.store.jobs import Again, Job, Lane
from hospital_bridge.store.seal import COLUMNS
from hospital_bridge.store.subject_keys import WRAPPING
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.workers.retry import NO_FAULT, SILENT, Chance, Retry, told_of

TxHandler = Callable[[Work, Job], Took | None]
"""Touches the database alone; its changes and the job's end are one commit. None where it did one thing, the job's."""

IoHandler = Callable[[Store, Job], None]
"""Calls outside, between transactions of the store that it is given; it must be idempotent."""

TX_BATCH = 16
LEASE = timedelta(seconds=30)

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Handlers:
    """What is done for each topic, and with how much patience; a topic without a handler waits."""

    tx: Mapping[str, TxHandler] = field(default_factory=dict)
    io: Mapping[str, IoHandler] = field(default_factory=dict)
    retry: Mapping[str, Retry] = field(default_factory=dict)

    def retry_of(self, job: Job) -> Retry:
        """The patience with the job's topic."""
        return self.retry.get(job.topic, Retry())


class JobRunner:
    """One worker by name; of the processes that live at one time no two may share a name (`WorkerName`)."""

    def __init__(self, store: Store, handlers: Handlers, worker_name: str, chance: Chance = system_chance) -> None:
        self._store = store
        self._handlers = handlers
        self._worker = self.name = worker_name
        self._chance = chance
        self._held: set[Job] = set()
        self._held_lock = Lock()
        self._taking = Lock()
        self._served = ""

    def recover(self) -> int:
        """Free what a worker of this name held before it died; how many jobs that were."""
        return sum(self._free(operator_id) for operator_id in self._store.leasing_operators(self._worker))

    def run_once(self, lane: Lane) -> int:
        """Run what is due: a batch of each operator (tx), or one job of the operators in turn (io); how many ran."""
        if lane is Lane.IO:
            return self._run_leased()
        return sum(self._run_batch(operator_id) for operator_id in self._store.due_operators(lane))

    def renew(self) -> None:
        """Hold the leases of the jobs that are running now; to be called well within `LEASE`."""
        with self._held_lock:
            held = list(self._held)
        for job in held:
            with self._store.begin(job.operator_id) as work:
                Claims(work, self._worker).renew(job, LEASE)

    # --- tx ---

    def _run_batch(self, operator_id: str) -> int:
        running: list[Job] = []
        try:
            with self._store.begin(operator_id) as work:
                return self._run_locked(work, running)
        except Exception as error:
            if not running:
                raise
            # The job broke the transaction itself; blamed alone, it cannot hold up its neighbours for ever.
            with self._store.begin(operator_id) as work:
                self._failed(Claims(work, self._worker), running[0], error)
            return 1

    def _run_locked(self, work: Work, running: list[Job]) -> int:
        claims = Claims(work, self._worker)
        if work.keys is not None:
            work.seal.read_ahead(work.now.date(), WRAPPING, COLUMNS)
        ran = 0
        while ran < TX_BATCH and (jobs := claims.lock(Lane.TX, self._handlers.tx, TX_BATCH - ran)):
            for job in jobs:
                running.append(job)
                ran += self._run_in(work, claims, job)
                running.clear()
        return ran

    def _run_in(self, work: Work, claims: Claims, job: Job) -> int:
        took = None
        try:
            with work.savepoint() as part:
                took = self._handlers.tx[job.topic](part, job)
        except Again as again:
            claims.postpone(job, again)
        except Exception as error:  # noqa: BLE001  whatever a handler raises is a failed try
            self._failed(claims, job, error)
        else:
            claims.complete(job, took.through if took else 0)
        return took.count if took else 1

    # --- io ---

    def _run_leased(self) -> int:
        # One thread takes at a time: many that wake for one job would all begin a transaction to find it taken.
        with self._taking:
            job = self._take()
        if job is None:
            return 0
        with self._held_lock:
            self._held.add(job)
        try:
            self._call(job)
        finally:
            with self._held_lock:
                self._held.discard(job)
        return 1

    def _take(self) -> Job | None:
        """The most urgent job of the operator whose turn it is, leased; the one that was served last comes last."""
        due = self._store.due_operators(Lane.IO)
        for operator_id in sorted(due, key=lambda each: (each <= self._served, each)):
            with self._store.begin(operator_id) as work:
                claims = Claims(work, self._worker)
                for lost in claims.expired():
                    self._failed(claims, lost, None)
                job = claims.lease(self._handlers.io, LEASE)
            if job is not None:
                self._served = operator_id
                return job
        return None

    def _call(self, job: Job) -> None:
        finished: list[bool] = []
        store = self._store.checking(lambda work: finished.append(self._check_lease(work, job)))
        try:
            self._handlers.io[job.topic](store, job)
        except LeaseLost:
            _log.warning("job.lease_lost", job_id=job.job_id, topic=job.topic)
        except Again as again:
            wish = again
            self._settle(job, lambda claims: claims.postpone(job, wish))
        except Exception as error:  # noqa: BLE001  whatever a handler raises is a failed try
            failure = error
            self._settle(job, lambda claims: self._failed(claims, job, failure))
        else:
            if not any(finished):
                self._settle(job, lambda claims: claims.complete(job))

    def _check_lease(self, work: Work, job: Job) -> bool:
        """Before every commit of the handler: whether this one ends the job; LeaseLost when it is somebody else's."""
        if work.operator_id != job.operator_id:
            return False
        claims = Claims(work, self._worker)
        if job.job_id not in work.jobs.finishing:
            claims.hold(job)
            return False
        if not claims.complete(job):
            raise LeaseLost(job.job_id)
        return True

    def _settle(self, job: Job, end: Callable[[Claims], object]) -> None:
        with self._store.begin(job.operator_id) as work:
            end(Claims(work, self._worker))

    # --- both ---

    def _failed(self, claims: Claims, job: Job, error: Exception | None) -> None:
        retry = self._handlers.retry_of(job)
        told = SILENT if error is None else told_of(error)
        if retry.gives_up(job, error):
            claims.bury(job, blocks=retry.dead_blocks_stream, told=told)
            _log.error("job.dead", job_id=job.job_id, topic=job.topic, error=told.error)
            return
        fault = not isinstance(error, NO_FAULT)
        claims.retry(job, claims.now + retry.delay(job, error, self._chance), fault=fault, told=told)
        _log.warning("job.failed", job_id=job.job_id, topic=job.topic, error=told.error)

    def _free(self, operator_id: str) -> int:
        with self._store.begin(operator_id) as work:
            claims = Claims(work, self._worker)
            own = claims.own()
            for job in own:
                claims.retry(job, work.now, fault=True, told=SILENT)
            return len(own)
