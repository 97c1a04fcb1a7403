"""A message that concerns several patients takes the streams of all: what came first under any of them goes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row

from hospital_bridge.inbound import LOOK_AGAIN, stand_beside
from hospital_bridge.store.audit import AUDIT
from hospital_bridge.store.inbox import APPLY, BESIDE, TAKE_UP
from hospital_bridge.store.inbox_search import waits_for_others
from hospital_bridge.store.jobs import JOB, Again, Job, Lane
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.taking_up import IsIdle, TakingUp
from hospital_bridge.workers.hl7_inbox import Hl7Inbox, PeerRoute
from hospital_bridge.workers.job_runner import Handlers, JobRunner, TxHandler
from hospital_bridge.workers.received import Received
from hospital_bridge.workers.retry import Retry
from tests.steered import FakeClock

ROUTES = {"his": PeerRoute("h1", ZoneInfo("Asia/Shanghai"))}


def header(kind: str, control_id: str) -> str:
    return f"MSH|^~\\&|HIS|H|HB|H|20261124083000||{kind}|{control_id}|P|2.5.1"


def report(control_id: str, number: str) -> bytes:
    return f"{header('ORU^R01', control_id)}\rPID|1||{number}\r".encode()


def merge(control_id: str, survivor: str, *retired: str) -> bytes:
    return f"{header('ADT^A40', control_id)}\rPID|1||{survivor}\rMRG|{'~'.join(retired)}\r".encode()


class Hospital:
    """`tell` is what it sends in one batch, `work` runs what is due; `work` tells in which order it was applied."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store, self.clock = store, clock
        self.held: set[str] = set()
        self.broken: set[str] = set()
        tx: Mapping[str, TxHandler] = {TAKE_UP: TakingUp(self._apply, ""), APPLY: self._alone, BESIDE: stand_beside}
        handlers = Handlers(tx=tx, retry={APPLY: Retry(faults=1)})
        self._runner = JobRunner(store, handlers, "worker-1", chance=lambda: 0.5)
        self._inbox = Hl7Inbox(store, ROUTES)

    def tell(self, *raws: bytes) -> None:
        self._inbox([Received("his", raw, self.clock.now()) for raw in raws])

    def _apply(self, work: Work, message: Row[Any], _stream: str, _is_idle: IsIdle) -> str:
        name = message.control_id
        if name in self.held:
            raise Again(LOOK_AGAIN)
        if name in self.broken:
            raise ValueError(name)
        work.audit.record("hospital", "applied", name)
        return ""

    def _alone(self, work: Work, job: Job) -> None:
        if waits_for_others(work, job):
            raise Again(LOOK_AGAIN)
        self._apply(work, work.inbox.get(job.ref), job.stream_key, work.jobs.is_idle)

    def work(self, seconds: int = 3) -> Sequence[str]:
        for _ in range(seconds):
            while self._runner.run_once(Lane.TX):
                pass
            self.clock.advance(timedelta(seconds=1))
        with self.store.read("h1") as core:
            return [row.target for row in core.table(AUDIT).all(order_by=[AUDIT.c.audit_id])]

    def unfinished(self) -> int:
        with self.store.read("h1") as work:
            return len(work.table(JOB).all(JOB.c.state == "ready"))


@pytest.fixture
def hospital(store: Store, clock: FakeClock) -> Hospital:
    return Hospital(store, clock)


def test_nothing_waits_where_nothing_came_before(hospital: Hospital) -> None:
    hospital.tell(merge("M", "B", "A1", "A2"), report("R", "A1"))
    assert hospital.work(1) == ["M", "R"]
    assert hospital.unfinished() == 0


@pytest.mark.parametrize("number", ["A", "B"])
def test_a_merge_waits_for_what_came_before_it_under_either_number(hospital: Hospital, number: str) -> None:
    hospital.held = {"R1"}
    hospital.tell(report("R1", number), merge("M", "B", "A"), report("R2", "A"), report("R3", "B"), report("R4", "C"))
    assert hospital.work() == ["R4"]
    hospital.held = set()
    assert [*hospital.work()] in (["R4", "R1", "M", "R2", "R3"], ["R4", "R1", "M", "R3", "R2"])
    assert hospital.unfinished() == 0


def test_a_merge_waits_for_what_names_the_patient_by_another_of_their_numbers(hospital: Hospital) -> None:
    hospital.held = {"R1"}
    hospital.tell(report("R1", "CARD"), merge("M", "B~CARD^^^^IDCard", "A"))
    assert hospital.work() == []
    hospital.held = set()
    assert hospital.work() == ["R1", "M"]


def test_two_merges_that_cross_are_applied_in_their_order_and_never_wait_for_each_other(hospital: Hospital) -> None:
    hospital.tell(merge("M1", "B", "A"), merge("M2", "A", "B"), merge("M3", "C", "A", "B"), merge("M4", "B", "C"))
    assert hospital.work(6) == ["M1", "M2", "M3", "M4"]
    assert hospital.unfinished() == 0


def test_a_merge_that_cannot_be_applied_holds_up_neither_patient(hospital: Hospital) -> None:
    hospital.broken = {"M"}
    hospital.tell(merge("M", "B", "A"), report("R1", "A"), report("R2", "B"))
    assert sorted(hospital.work()) == ["R1", "R2"]
    with hospital.store.begin("h1") as work:
        (dead,) = work.jobs.dead()
        hospital.broken = set()
        work.jobs.replay(dead.job_id)
    assert hospital.work()[-1] == "M"


def test_a_message_of_two_patients_stands_behind_what_came_for_either(hospital: Hospital) -> None:
    hospital.held = {"R1"}
    both = f"{header('ORU^R01', 'R2')}\rPID|1||A\rOBR|1\rPID|2||B\rOBR|1\r".encode()
    hospital.tell(report("R1", "B"), both)
    assert hospital.work() == []
    hospital.held = set()
    assert hospital.work() == ["R1", "R2"]
