"""What came in is taken up in the order of its coming, many messages in one commit; a bad one alone stays behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from hospital_bridge.store.audit import AUDIT
from hospital_bridge.store.inbox import APPLY, TAKE_UP
from hospital_bridge.store.inbox_search import Kept, job_of_message
from hospital_bridge.store.jobs import JOB, Job, Lane
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.store.waiting import waiting
from hospital_bridge.taking_up import AT_ONCE, MOST_BYTES, IsIdle, TakingUp
from hospital_bridge.workers.hl7_inbox import Hl7Inbox, PeerRoute
from hospital_bridge.workers.job_runner import Handlers, JobRunner, TxHandler
from hospital_bridge.workers.received import Received

NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


class Bridge:
    """`tell` receives a batch of (name, patient); messages of a name in `broken` change something and then fail."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.broken: set[str] = set()
        self._inbox = Hl7Inbox(store, {"his": PeerRoute("h1", UTC)})
        tx: Mapping[str, TxHandler] = {TAKE_UP: TakingUp(self._apply, "digest"), APPLY: self._alone}
        self._runner = JobRunner(store, Handlers(tx=tx), "worker-1", chance=lambda: 1.0)

    def tell(self, *told: tuple[str, str], filling: int = 0) -> None:
        self._inbox([Received("his", message(*each, filling), NOW) for each in told])

    def work_once(self) -> int:
        return self._runner.run_once(Lane.TX)

    def applied(self) -> Sequence[str]:
        with self.store.read("h1") as work:
            return [row.target for row in work.table(AUDIT).all(order_by=[AUDIT.c.audit_id])]

    def left(self) -> int:
        with self.store.read("h1") as work:
            return len(waiting(work, 1000))

    def _apply(self, work: Work, message: Kept, _stream: str, _is_idle: IsIdle) -> str:
        work.audit.record("his", "applied", message.control_id)
        if message.control_id in self.broken:
            raise ValueError(message.control_id)
        return f"did {message.control_id}"

    def _alone(self, work: Work, job: Job) -> None:
        row = work.inbox.get(job.ref)
        work.inbox.applied(job.ref, "digest", self._apply(work, row, job.stream_key, work.jobs.is_idle))


def message(name: str, patient: str, filling: int = 0) -> bytes:
    header = f"MSH|^~\\&|HIS|H|HB|H|20261124083000||ADT^A08|{name}|P|2.5.1"
    return f"{header}\rPID|1||{patient}\rNTE|1||{'x' * filling}\r".encode()


@pytest.fixture
def bridge(store: Store) -> Bridge:
    return Bridge(store)


def test_what_waits_is_applied_in_the_order_of_its_coming_and_in_one_commit(bridge: Bridge) -> None:
    bridge.tell(("A1", "A"), ("B1", "B"))
    bridge.tell(("A2", "A"), ("C1", "C"))
    commits: list[object] = []
    event.listen(bridge.store.engine, "commit", commits.append)
    bridge.work_once()
    assert len(commits) == 2, "the look for what is due, and the batch"
    assert bridge.applied() == ["A1", "B1", "A2", "C1"]
    assert bridge.work_once() == 0, "the second batch's job has nothing left to do"
    with bridge.store.read("h1") as work:
        told = [(row.state, row.config_digest, row.did) for row in work.inbox.latest()]
    assert told == [("applied", "digest", f"did {name}") for name in ("C1", "A2", "B1", "A1")]


def test_a_message_that_fails_keeps_nothing_and_holds_up_its_own_patient_alone(bridge: Bridge) -> None:
    bridge.broken = {"A1"}
    bridge.tell(("B1", "B"), ("A1", "A"), ("A2", "A"), ("B2", "B"))
    bridge.work_once()
    assert bridge.applied() == ["B1", "B2"]
    with bridge.store.read("h1") as work:
        jobs = [job_of_message(work, row.message_id) for row in work.inbox.latest()]
    assert [job is not None for job in jobs] == [False, True, True, False]
    bridge.tell(("A3", "A"))
    bridge.broken = set()
    while bridge.work_once():
        pass
    assert bridge.applied() == ["B1", "B2"], "its first try of its own is later"
    with bridge.store.begin("h1") as work:
        work.table(JOB).change(JOB.c.topic == APPLY, run_at=work.now)
    while bridge.work_once():
        pass
    assert bridge.applied() == ["B1", "B2", "A1", "A2", "A3"]


def test_where_taking_up_has_failed_as_a_whole_each_message_gets_a_transaction_of_its_own(bridge: Bridge) -> None:
    bridge.tell(("A1", "A"), ("B1", "B"))
    with bridge.store.begin("h1") as work:
        work.table(JOB).change(JOB.c.topic == TAKE_UP, attempts=1)
    bridge.work_once()
    while bridge.work_once():
        pass
    assert sorted(bridge.applied()) == ["A1", "B1"]
    with bridge.store.read("h1") as work:
        assert all(job_of_message(work, row.message_id) for row in work.inbox.latest())


def test_a_batch_of_any_size_is_taken_up_in_parts_that_memory_bears(bridge: Bridge) -> None:
    bridge.tell(*((f"A{number}", f"P{number}") for number in range(2 * AT_ONCE + 1)))
    bridge.tell(("L1", "L"), ("L2", "M"), ("L3", "N"), filling=MOST_BYTES // 2)
    while bridge.work_once():
        pass
    assert len(bridge.applied()) == 2 * AT_ONCE + 4
    assert bridge.left() == 0
