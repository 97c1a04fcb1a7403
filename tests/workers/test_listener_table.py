"""The table of a good listener: every row holds on ours, and rows fail by name on listeners that are known to break."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from functools import partial

from click.testing import CliRunner

from adapters.hl7.listener_table.row import Verdict
from adapters.hl7.listener_table.suite import ROWS, findings
from adapters.hl7.listener_table.wire import Target
from adapters.hl7.sender import MllpClient
from hospital_bridge.application_answers import ANSWER, answers_owed, send_answer
from hospital_bridge.cli import main
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.town import free_ports
from hospital_bridge.settings.model import AnswersTo
from hospital_bridge.settings.model import Peer as Told
from hospital_bridge.store.inbox import TAKE_UP
from hospital_bridge.store.inbox_search import Kept
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.taking_up import IsIdle, TakingUp
from hospital_bridge.workers.hl7_inbox import Hl7Inbox
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from hospital_bridge.workers.listener import Listener
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from hospital_bridge.workers.worker import Worker
from tests.architecture.tree import ROOT
from tests.kept_logs import logging_restored
from tests.workers.test_hl7_inbox import ROUTES

PEERS = (Peer("his", max_connections=32),)
SENDER = Told(name="his", addresses=(), charset="")
LIMIT, SEGMENTS, STALLED = 1024 * 1024, 100, 1


@contextmanager
def ours(store: Store, limit: int = LIMIT) -> Iterator[int]:
    with listening(store, limit) as (port, _):
        yield port


@contextmanager
def listening(store: Store, limit: int = LIMIT) -> Iterator[tuple[int, Listener]]:
    settings = ListenerSettings(
        "127.0.0.1",
        0,
        PEERS,
        max_message=limit,
        max_segments=SEGMENTS,
        max_in_flight=4 * LIMIT,
        read_timeout=STALLED,
        end_timeout=0.2,
    )
    listener = Listener(settings, Hl7Inbox(store, ROUTES), SystemClock())
    try:
        yield listener.start(), listener
    finally:
        listener.stop()


@contextmanager
def server_of(library: str) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.workers.other_listeners", library]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


def faults(port: int, **known: float) -> Mapping[str, str]:
    """What was seen, by the name of each row that was played and does not hold."""
    target = Target("127.0.0.1", port, "R1", wait=0.5, silence=0.2, **known)  # type: ignore[arg-type]
    return {found.row.name: found.seen for found in findings(target) if found.verdict is Verdict.FAILS}


@contextmanager
def applying(store: Store, answers_at: int) -> Iterator[None]:
    """Whatever was received takes effect, and its sender is told of it at that port."""
    owed = answers_owed(SENDER, AnswersTo(host="127.0.0.1", port=answers_at), UTC, MllpClient)

    def apply(work: Work, message: Kept, _stream: str, _is_idle: IsIdle) -> str:
        owed.owe(work, "his", message.message_id, work.inbox.opened(message), accepted=True)
        return ""

    handlers = Handlers(tx={TAKE_UP: TakingUp(apply, "digest")}, io={ANSWER: partial(send_answer, lambda _peer: owed)})
    worker = Worker(store, JobRunner(store, handlers, "w1"), {Lane.TX: 1, Lane.IO: 1})
    worker.start()
    yield
    worker.stop()


def test_every_row_holds_on_our_listener(store: Store) -> None:
    (answers,) = free_ports(1)
    with listening(store) as (port, listener), applying(store, answers):
        target = Target(
            "127.0.0.1",
            port,
            "R1",
            wait=30,
            silence=0.2,
            frame_limit=LIMIT,
            segment_limit=SEGMENTS,
            read_timeout=STALLED,
            answers=str(answers),
            stop=listener.stop,
        )
        found = [*findings(target)]
    assert [each for each in found if each.verdict is not Verdict.HOLDS] == []
    assert len(found) == len(ROWS)


def test_the_faults_of_hl7apys_server_are_found_by_name() -> None:
    with server_of("hl7apy") as port:
        assert {*faults(port)} >= {"several", "together", "no-return", "gb18030", "no-hl7", "no-control-id"}


def test_the_faults_of_python_hl7s_server_are_found_by_name() -> None:
    with server_of("python-hl7") as port:
        assert {*faults(port)} >= {"large", "no-return", "gb18030", "no-hl7", "batch", "repeated"}


def run(*words: str) -> tuple[int, str]:
    with logging_restored():
        result = CliRunner().invoke(main, ["hl7", "conformance", *words], env={"LANG": "C.UTF-8"})
    return result.exit_code, result.output


def test_the_command_tells_each_row_and_fails_with_a_row(store: Store) -> None:
    with ours(store) as port:
        code, told = run("127.0.0.1", str(port), "--json", "--silence", "0.2")
    assert code == 0
    assert [(each["row"], each["verdict"]) for each in json.loads(told.splitlines()[-1])] == [
        (row.name, "not played" if row.needs else "holds") for row in ROWS
    ]
    with ours(store, limit=LIMIT // 8) as port:
        code, told = run("127.0.0.1", str(port), "--silence", "0.2", "--wait", "0.3", "--stop", "true")
    assert code == 1
    assert "fails large" in told
    assert "fails drain" in told, "a command that stops nothing"


def test_the_command_says_that_nobody_listens() -> None:
    with socket.socket() as kept:  # bound and not listening: whoever connects is refused
        kept.bind(("127.0.0.1", 0))
        code, told = run("127.0.0.1", str(kept.getsockname()[1]))
    assert code == 1
    assert "nobody" in told
