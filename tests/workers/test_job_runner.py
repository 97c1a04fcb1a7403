from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from adapters.errors import Malformed, NotDone, Refused
from hospital_bridge.store.job_claims import Claims, LeaseLost
from hospital_bridge.store.jobs import JOB, Again, Job, JobState, Lane
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.workers.job_runner import LEASE, Handlers, JobRunner
from hospital_bridge.workers.retry import Retry
from tests.steered import FakeClock


def add(store: Store, topic: str, ref: str = "ref", stream: str | None = None, lane: str = "io") -> str:
    with store.begin("h1") as work:
        return work.jobs.add(topic, ref, lane=lane, stream=stream)


def job(store: Store, job_id: str) -> Job:
    with store.read("h1") as work:
        return work.jobs.get(job_id)


def outcomes(store: Store, job_id: str) -> list[str]:
    with store.read("h1") as work:
        return [attempt.outcome for attempt in work.jobs.attempts(job_id)]


def runner(store: Store, name: str = "w1", retry: Retry | None = None, **handlers: Callable[..., None]) -> JobRunner:
    """Runs the handlers in both lanes; no delay is shortened by chance."""
    policies = dict.fromkeys(handlers, retry) if retry else {}
    return JobRunner(store, Handlers(tx=handlers, io=handlers, retry=policies), name, chance=lambda: 1.0)


def drain(worker: JobRunner, lane: Lane) -> int:
    ran = 0
    while step := worker.run_once(lane):
        ran += step
    return ran


def raising(error: Exception) -> Callable[..., None]:
    def handler(_context: object, _job: Job) -> None:
        raise error

    return handler


def noting(seen: list[str]) -> Callable[..., None]:
    return lambda _context, job: seen.append(job.ref)


@pytest.mark.parametrize("lane", list(Lane))
def test_a_stream_runs_in_the_order_of_adding(store: Store, lane: Lane) -> None:
    for number in range(40):
        add(store, "note", f"{number % 4}-{number}", stream=f"patient-{number % 4}", lane=lane)
    seen: list[str] = []
    assert drain(runner(store, note=noting(seen)), lane) == 40
    for patient in "0123":
        numbers = [int(ref.split("-")[1]) for ref in seen if ref.startswith(patient)]
        assert numbers == sorted(numbers)
        assert len(numbers) == 10


@pytest.mark.parametrize("lane", list(Lane))
def test_a_failing_job_backs_off_and_then_stands_dead(store: Store, clock: FakeClock, lane: Lane) -> None:
    failing = add(store, "fail", lane=lane)
    worker = runner(store, fail=raising(RuntimeError("a name that must not be kept")))
    for delay in (1, 2, 4, 8):
        assert drain(worker, lane) == 1
        assert job(store, failing).run_at == clock.now() + timedelta(seconds=delay)
        clock.advance(timedelta(seconds=delay))
    assert drain(worker, lane) == 1
    assert job(store, failing).state is JobState.DEAD
    with store.read("h1") as work:
        attempts = work.jobs.attempts(failing)
    assert [attempt.outcome for attempt in attempts] == ["failed"] * 5
    assert {(attempt.error, attempt.text) for attempt in attempts} == {("RuntimeError", "")}


@pytest.mark.parametrize("lane", list(Lane))
def test_what_comes_out_the_same_at_every_try_is_tried_once(store: Store, lane: Lane) -> None:
    hopeless = add(store, "call", "hopeless", stream="patient-1", lane=lane)
    add(store, "note", "next", stream="patient-1", lane=lane)
    seen: list[str] = []
    retry = Retry(permanent=(Malformed,))
    drain(runner(store, retry=retry, call=raising(Malformed("PID is missing")), note=noting(seen)), lane)
    assert (job(store, hopeless).state, outcomes(store, hopeless)) == (JobState.DEAD, ["failed"])
    assert seen == ["next"]


@pytest.mark.parametrize("lane", list(Lane))
def test_a_failing_job_leaves_its_neighbours_alone(store: Store, lane: Lane) -> None:
    for number in range(6):
        add(store, "fail" if number == 2 else "note", str(number), lane=lane)
    seen: list[str] = []
    assert drain(runner(store, note=noting(seen), fail=raising(RuntimeError())), lane) == 6
    assert sorted(seen) == ["0", "1", "3", "4", "5"]


def test_what_a_failing_handler_wrote_is_undone_and_the_rest_of_the_batch_stays(store: Store) -> None:
    def write_and_fail(work: Work, job: Job) -> None:
        work.jobs.add("never", job.ref)
        raise RuntimeError

    def write(work: Work, job: Job) -> None:
        work.jobs.add("kept", job.ref)

    add(store, "fail", lane="tx")
    kept = add(store, "write", lane="tx")
    worker = runner(store, fail=write_and_fail, write=write)
    assert worker.run_once(Lane.TX) == 2
    with store.read("h1") as work:
        topics = [row.topic for row in work.table(JOB).all(JOB.c.topic.in_(["never", "kept"]))]
    assert topics == ["kept"]
    assert job(store, kept).state is JobState.DONE


def test_a_handler_that_breaks_its_transaction_is_blamed_alone(store: Store) -> None:
    def break_off(work: Work, _job: Job) -> None:
        work.connection.invalidate()
        raise RuntimeError("the connection is gone")

    broken = add(store, "break_off", lane="tx")
    seen: list[str] = []
    fine = add(store, "note", lane="tx")
    worker = runner(store, note=noting(seen), break_off=break_off)
    worker.run_once(Lane.TX)
    worker.run_once(Lane.TX)
    assert outcomes(store, broken) == ["failed"]
    assert job(store, fine).state is JobState.DONE


def test_a_busy_peer_is_no_fault_and_its_wish_is_honoured(store: Store, clock: FakeClock) -> None:
    busy = add(store, "call")
    worker = runner(store, call=raising(NotDone("busy", retry_after=timedelta(minutes=7))))
    for _ in range(20):
        assert drain(worker, Lane.IO) == 1
        assert job(store, busy).run_at >= clock.now() + timedelta(minutes=7)
        clock.advance(timedelta(minutes=7))
    assert job(store, busy).state is JobState.READY
    assert job(store, busy).faults == 0


def test_the_text_of_an_outside_error_is_kept(store: Store) -> None:
    refused = add(store, "call")
    runner(store, call=raising(Refused("the bill was changed", native_code="E7"))).run_once(Lane.IO)
    with store.read("h1") as work:
        attempt = work.jobs.attempts(refused)[0]
    assert (attempt.error, attempt.text) == ("Refused", "the bill was changed")


@pytest.mark.parametrize("lane", list(Lane))
def test_looking_again_later_is_no_failure(store: Store, clock: FakeClock, lane: Lane) -> None:
    polling = add(store, "poll", lane=lane)
    worker = runner(store, poll=raising(Again(timedelta(seconds=5))))
    for _ in range(10):
        assert drain(worker, lane) == 1
        clock.advance(timedelta(seconds=5))
    assert (job(store, polling).faults, job(store, polling).state) == (0, JobState.READY)
    assert set(outcomes(store, polling)) == {"again"}


@pytest.mark.parametrize(("blocks", "expected"), [(True, []), (False, ["second"])])
def test_a_dead_head_blocks_its_stream_or_lets_it_go_on(store: Store, *, blocks: bool, expected: list[str]) -> None:
    add(store, "fail", "first", stream="patient-1")
    add(store, "note", "second", stream="patient-1")
    seen: list[str] = []
    retry = Retry(faults=1, dead_blocks_stream=blocks)
    drain(runner(store, retry=retry, fail=raising(RuntimeError()), note=noting(seen)), Lane.IO)
    assert seen == expected


@pytest.mark.parametrize("blocks", [True, False])
def test_a_dead_job_is_replayed_exactly_once_and_its_stream_goes_on(store: Store, *, blocks: bool) -> None:
    first = add(store, "mended", "first", stream="patient-1")
    add(store, "mended", "second", stream="patient-1")
    retry = Retry(faults=1, dead_blocks_stream=blocks)
    runner(store, retry=retry, mended=raising(RuntimeError())).run_once(Lane.IO)
    with store.begin("h1") as work:
        assert [dead.job_id for dead in work.jobs.dead()] == [first]
        assert work.jobs.replay(first)
        assert not work.jobs.replay(first)
    seen: list[str] = []
    worker = runner(store, mended=noting(seen))
    drain(worker, Lane.IO)
    add(store, "mended", "third", stream="patient-1")
    drain(worker, Lane.IO)
    assert seen == ["first", "second", "third"]


@pytest.mark.parametrize("lane", list(Lane))
def test_jobs_that_step_aside_let_their_stream_go_on_and_keep_their_order(
    store: Store, clock: FakeClock, lane: Lane
) -> None:
    seen: list[str] = []

    def wait_aside(_context: object, job: Job) -> None:
        if "third" not in seen:
            raise Again(timedelta(minutes=1), aside="" if job.stream_key == "aside" else "aside")
        seen.append(job.ref)

    for topic, ref in (("note", "first"), ("wait", "bill"), ("wait", "bill again"), ("note", "second")):
        add(store, topic, ref, stream="patient-1", lane=lane)
    worker = runner(store, wait=wait_aside, note=noting(seen))
    drain(worker, lane)
    assert seen == ["first", "second"]
    add(store, "note", "third", stream="patient-1", lane=lane)
    for _ in range(3):
        clock.advance(timedelta(minutes=1))
        drain(worker, lane)
    assert seen == ["first", "second", "third", "bill", "bill again"]
    with store.read("h1") as work:
        assert work.jobs.is_idle("patient-1")
        assert work.jobs.is_idle("aside")


@pytest.mark.parametrize("lane", list(Lane))
def test_a_head_that_waits_for_its_next_try_holds_its_stream_back(store: Store, clock: FakeClock, lane: Lane) -> None:
    seen: list[str] = []
    failures = iter([RuntimeError()])

    def fail_once(_context: object, job: Job) -> None:
        for failure in failures:
            raise failure
        seen.append(job.ref)

    for ref in ("first", "second"):
        add(store, "call", ref, stream="patient-1", lane=lane)
    worker = runner(store, call=fail_once)
    assert drain(worker, lane) == 1
    assert seen == []
    clock.advance(timedelta(seconds=1))
    drain(worker, lane)
    assert seen == ["first", "second"]


def test_a_job_replayed_after_its_stream_went_on_does_not_set_the_stream_back(store: Store) -> None:
    first = add(store, "mended", "first", stream="patient-1")
    add(store, "note", "second", stream="patient-1")
    seen: list[str] = []
    drain(runner(store, retry=Retry(faults=1), mended=raising(RuntimeError()), note=noting(seen)), Lane.IO)
    with store.begin("h1") as work:
        work.jobs.replay(first)
    worker = runner(store, mended=noting(seen), note=noting(seen))
    drain(worker, Lane.IO)
    add(store, "note", "third", stream="patient-1")
    drain(worker, Lane.IO)
    assert seen == ["second", "first", "third"]


def test_a_job_of_an_unknown_topic_waits_for_the_process_that_knows_it(store: Store) -> None:
    waiting = add(store, "new.topic")
    assert runner(store, note=noting([])).run_once(Lane.IO) == 0
    assert job(store, waiting).state is JobState.READY


def test_a_silent_workers_job_goes_to_another_after_its_lease(store: Store, clock: FakeClock) -> None:
    silent = add(store, "call", stream="patient-1")
    with store.begin("h1") as work:
        assert Claims(work, "dead worker").lease(["call"], LEASE) is not None
    seen: list[str] = []
    worker = runner(store, call=noting(seen))
    assert worker.run_once(Lane.IO) == 0
    clock.advance(LEASE)
    worker.run_once(Lane.IO)
    clock.advance(timedelta(seconds=1))
    worker.run_once(Lane.IO)
    assert seen == ["ref"]
    assert outcomes(store, silent) == ["lost", "done"]


def test_a_worker_that_restarts_under_its_name_takes_its_jobs_up_at_once(store: Store) -> None:
    add(store, "call")
    with store.begin("h1") as work:
        Claims(work, "w1").lease(["call"], LEASE)
    seen: list[str] = []
    worker = runner(store, "w1", call=noting(seen))
    assert worker.recover() == 1
    assert drain(worker, Lane.IO) == 1
    assert seen == ["ref"]


def test_a_worker_that_lost_its_lease_can_change_nothing(store: Store, clock: FakeClock) -> None:
    slow_job = add(store, "call")
    other = runner(store, "w2", call=noting([]))
    lost: list[bool] = []

    def slow(store_of_handler: Store, _job: Job) -> None:
        clock.advance(LEASE)
        other.run_once(Lane.IO)
        clock.advance(timedelta(seconds=1))
        other.run_once(Lane.IO)
        try:
            with store_of_handler.begin("h1") as work:
                work.jobs.add("effect of the slow one", "ref")
        except LeaseLost:
            lost.append(True)
            raise

    runner(store, "w1", call=slow).run_once(Lane.IO)
    assert lost == [True]
    assert outcomes(store, slow_job) == ["lost", "done"]
    with store.read("h1") as work:
        assert work.table(JOB).all(JOB.c.topic == "effect of the slow one") == []


def test_a_renewed_lease_is_kept(store: Store, clock: FakeClock) -> None:
    long_job = add(store, "call")
    other = runner(store, "w2", call=noting([]))

    def long(_store: Store, _job: Job) -> None:
        for _ in range(5):
            clock.advance(LEASE * 0.9)
            worker.renew()
            assert other.run_once(Lane.IO) == 0

    worker = runner(store, "w1", call=long)
    worker.run_once(Lane.IO)
    assert outcomes(store, long_job) == ["done"]


def test_urgent_jobs_run_first(store: Store) -> None:
    with store.begin("h1") as work:
        work.jobs.add("note", "routine")
        work.jobs.add("note", "critical", priority=0)
    seen: list[str] = []
    drain(runner(store, note=noting(seen)), Lane.IO)
    assert seen == ["critical", "routine"]


def test_an_operator_with_much_to_do_does_not_keep_another_waiting(store: Store) -> None:
    for operator_id, count in (("h1", 3), ("h2", 2)):
        with store.begin(operator_id) as work:
            for number in range(count):
                work.jobs.add("note", f"{operator_id} {number}", priority=number + (5 if operator_id == "h2" else 0))
    seen: list[str] = []
    drain(runner(store, note=noting(seen)), Lane.IO)
    assert seen == ["h1 0", "h2 0", "h1 1", "h2 1", "h1 2"]


def test_each_operators_jobs_run_with_that_operators_rows(store: Store) -> None:
    seen: list[tuple[str, str]] = []
    for operator_id in ("h1", "h2"):
        with store.begin(operator_id) as work:
            work.jobs.add("note", f"of {operator_id}", lane="tx")
    drain(runner(store, note=lambda work, job: seen.append((work.operator_id, job.ref))), Lane.TX)
    assert sorted(seen) == [("h1", "of h1"), ("h2", "of h2")]


def test_a_job_added_by_a_handler_runs_in_the_same_batch(store: Store) -> None:
    def first(work: Work, job: Job) -> None:
        work.jobs.add("second", job.ref, lane="tx")

    seen: list[str] = []
    add(store, "first", lane="tx")
    worker = runner(store, first=first, second=noting(seen))
    assert worker.run_once(Lane.TX) == 2
    assert seen == ["ref"]


def test_a_handler_may_not_change_a_job_behind_the_runners_back(store: Store) -> None:
    taken = add(store, "steal")

    def steal(inner: Store, job: Job) -> None:
        with store.begin("h1") as work:
            work.connection.execute(update(JOB).where(JOB.c.job_id == job.job_id).values(fence=JOB.c.fence + 1))
        with inner.begin("h1"):
            pass

    runner(store, steal=steal).run_once(Lane.IO)
    assert outcomes(store, taken) == []


def test_a_job_may_end_with_its_handlers_own_commit(store: Store, clock: FakeClock) -> None:
    finished = add(store, "call", stream="patient-1")
    add(store, "call", stream="patient-1")

    def record_and_finish(inner: Store, job: Job) -> None:
        with inner.begin("h1") as work:
            work.jobs.add("followed", job.ref)
            work.jobs.finish(job)

    assert runner(store, call=record_and_finish).run_once(Lane.IO) == 1
    assert outcomes(store, finished) == ["done"]
    clock.advance(LEASE)
    assert drain(runner(store, "w2", call=record_and_finish), Lane.IO) == 1
    with store.read("h1") as work:
        assert len(work.table(JOB).all(JOB.c.topic == "followed")) == 2
