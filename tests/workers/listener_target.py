"""A bridge to be killed: listener, inbox and worker of one database on one port (run by test_killed_listener.py)."""

from __future__ import annotations

import sys
from datetime import UTC

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.inbox import APPLY
from hospital_bridge.store.jobs import Job, Lane
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.workers.hl7_inbox import Hl7Inbox, PeerRoute
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from hospital_bridge.workers.listener import Listener
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from tests.workers.kill_target import note_effect

KEYS = RootKeys(bytes(range(32)))
_WAIT = 0.05


def apply(work: Work, job: Job) -> None:
    """One row for each application, numbered within its stream, with the mark of the message."""
    note_effect(work, job, job.ref)
    work.inbox.applied(job.ref, "digest")


def main(url: str, port: int) -> None:
    """Serve until killed."""
    clock = SystemClock()
    store = Store(make_engine(url), None, RandomIds(clock), KEYS)
    routes = {"his": PeerRoute("h1", UTC)}
    settings = ListenerSettings("127.0.0.1", port, (Peer("his", max_connections=64),))
    Listener(settings, Hl7Inbox(store, routes), clock).start()
    runner = JobRunner(store, Handlers(tx={APPLY: apply}), "w1")
    runner.recover()
    while True:
        seen = store.signal.count
        if not runner.run_once(Lane.TX):
            store.signal.wait_beyond(seen, _WAIT)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
