"""What becomes of a message is told to its sender once, where it asked for it and takes such answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from functools import partial

import pytest

from adapters.hl7.message import Message
from adapters.hl7.mllp import frame
from adapters.hl7.sender import MllpClient
from hospital_bridge.application_answers import ANSWER, AnswersOwed, answers_owed, send_answer
from hospital_bridge.message_desk import MessageDesk
from hospital_bridge.settings.model import AnswersTo, Peer
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.systems import Sender
from hospital_bridge.web.admin_reads import Dismissal
from hospital_bridge.workers.hl7_inbox import Hl7Inbox
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from hospital_bridge.workers.received import Received
from tests.adapters.hl7.test_sender import Hospital
from tests.steered import FakeClock
from tests.workers.test_hl7_inbox import ROUTES, jobs, rows


def asking(application: str, note: str = "") -> bytes:
    header = f"MSH|^~\\&|LIS|LAB|HB|H|20261123083000||ADT^A08|C\\T\\1|P|2.5.1|||AL|{application}"
    return f"{header}\rPID|1||MRN1\rNTE|1||{note}\r".encode()


@pytest.fixture
def sender() -> Iterator[Hospital]:
    listening = Hospital(lambda connection, _: connection.sendall(frame(b"hm?")))
    yield listening
    listening.stop()


def owed_to(sender: Hospital) -> AnswersOwed:
    to = AnswersTo(host="127.0.0.1", port=sender.port)
    return answers_owed(Peer(name="lis", addresses=(), charset=""), to, UTC, MllpClient)


def take(store: Store, clock: FakeClock, *raws: bytes) -> list[str]:
    Hl7Inbox(store, ROUTES)([Received("lis", raw, clock.now()) for raw in raws])
    return [row.message_id for row in rows(store)]


def answering(store: Store) -> int:
    return sum(job.topic == ANSWER for job in jobs(store))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_answer_is_sent_again_in_the_same_bytes_until_the_sender_has_taken_it(
    store: Store, clock: FakeClock, sender: Hospital
) -> None:
    (message_id,) = take(store, clock, asking("AL"))
    owed = owed_to(sender)
    with store.begin("h1") as work:
        for _ in range(2):  # applied anew by a person: still one answer
            owed.owe(work, "lis", message_id, asking("AL"), accepted=True)
        work.inbox.applied(message_id, "digest")
    runner = JobRunner(store, Handlers(io={ANSWER: partial(send_answer, lambda _peer: owed)}), "w1", lambda: 0.0)
    while runner.run_once(Lane.IO):
        pass
    assert len(sender.heard) == 2
    assert sender.heard[0] == sender.heard[1]
    answer = Message.parse(sender.heard[1])
    assert [answer[place] for place in ("MSA-1", "MSH-15", "MSH-16", "MSH-5")] == ["AA", "AL", "NE", "LIS"]
    assert b"MSA|AA|C\\T\\1" in sender.heard[1]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_asked_hears_that_a_person_put_the_message_away(store: Store, clock: FakeClock, sender: Hospital) -> None:
    owed = owed_to(sender)
    desk = MessageDesk(store, lambda _peer: Sender(None, None), lambda _peer: owed)
    take(store, clock, asking("ER"), asking("ER", "another"), asking("SU", "a third"))
    quarantined = [row.message_id for row in rows(store) if row.state == "quarantined"]
    assert len(quarantined) == 2
    for message_id in quarantined:
        assert desk.dismiss("h1", message_id, Dismissal.TEST, "admin-1")
    assert answering(store) == 1
    handlers = Handlers(io={ANSWER: partial(send_answer, lambda _peer: owed)})
    runner = JobRunner(store, handlers, "w1", lambda: 0.0)
    while runner.run_once(Lane.IO):
        pass
    answer = Message.parse(sender.heard[-1])
    assert (answer["MSA-1"], answer["MSA-3"]) == ("AR", "not applied")
