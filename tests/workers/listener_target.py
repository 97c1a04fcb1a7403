"""A bridge to be killed: listener, inbox and worker of one database on one port (run by test_killed_listener.py)."""

from __future__ import annotations

import sys
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import Row

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.inbox import APPLY, TAKE_UP
from hospital_bridge.store.jobs import Again, Job, Lane
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.taking_up import IsIdle, TakingUp
from hospital_bridge.workers.hl7_inbox import Hl7Inbox, PeerRoute
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from hospital_bridge.workers.listener import Listener
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from tests.workers.kill_target import note_effect

KEYS = RootKeys(bytes(range(32)))
_WAIT = 0.05


def apply(work: Work, message: Row[Any], stream: str, _is_idle: IsIdle) -> str:
    """One row for each application, numbered within its stream."""
    note_effect(work, stream, message.message_id)
    return ""


def apply_at_once(work: Work, message: Row[Any], stream: str, is_idle: IsIdle) -> str:
    """The same, but one in ten needs a job of its own, and what is behind it with it."""
    apply(work, message, stream, is_idle)
    if message.control_id.endswith("3"):
        raise Again(timedelta())
    return ""


def apply_alone(work: Work, job: Job) -> None:
    """The same, by the job."""
    apply(work, work.inbox.get(job.ref), job.stream_key, work.jobs.is_idle)
    work.inbox.applied(job.ref, "digest")


def main(url: str, port: int) -> None:
    """Serve until killed."""
    clock = SystemClock()
    store = Store(make_engine(url), None, RandomIds(clock), KEYS)
    routes = {"his": PeerRoute("h1", UTC)}
    settings = ListenerSettings("127.0.0.1", port, (Peer("his", max_connections=64),))
    Listener(settings, Hl7Inbox(store, routes), clock).start()
    runner = JobRunner(store, Handlers(tx={TAKE_UP: TakingUp(apply_at_once, "digest"), APPLY: apply_alone}), "w1")
    runner.recover()
    while True:
        seen = store.signals[Lane.TX].count
        if not runner.run_once(Lane.TX):
            store.signals[Lane.TX].wait_beyond(seen, _WAIT)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
