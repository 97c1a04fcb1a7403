from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row, event

from adapters.hl7.message import Limits, Message
from hospital_bridge.store.inbox import INBOX_MESSAGE, TAKE_UP
from hospital_bridge.store.jobs import JOB
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.workers.hl7_inbox import Hl7Inbox, PeerRoute, record_number
from hospital_bridge.workers.received import Received
from tests.steered import FakeClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROUTES = {"lis": PeerRoute("h1", SHANGHAI), "his": PeerRoute("h1", SHANGHAI), "other": PeerRoute("h2", SHANGHAI)}


def adt(control_id: str = "C1", patient: str = "MRN1", name: str = "CESHI", sent: str = "20261123083000") -> bytes:
    """A synthetic ADT^A08."""
    return (
        f"MSH|^~\\&|LIS|LAB|BRIDGE|HB|{sent}||ADT^A08|{control_id}|P|2.5.1\rPID|1||{patient}^^^HIS||{name}\r"
    ).encode()


@pytest.fixture
def inbox(store: Store) -> Hl7Inbox:
    return Hl7Inbox(store, ROUTES)


def take(inbox: Hl7Inbox, clock: FakeClock, *raws: bytes, peer: str = "lis") -> Sequence[str]:
    """MSA-1 of each answer."""
    answers = inbox([Received(peer, raw, clock.now()) for raw in raws])
    return [Message.parse(answer)["MSA-1"] for answer in answers]


def rows(store: Store, operator_id: str = "h1") -> Sequence[Row[Any]]:
    with store.read(operator_id) as work:
        return work.table(INBOX_MESSAGE).all(order_by=[INBOX_MESSAGE.c.message_id])


def jobs(store: Store, operator_id: str = "h1") -> Sequence[Row[Any]]:
    with store.read(operator_id) as work:
        return work.table(JOB).all(order_by=[JOB.c.job_id])


def test_a_message_is_kept_byte_for_byte_and_sealed(inbox: Hl7Inbox, store: Store, clock: FakeClock) -> None:
    raw = adt(name="测试")
    assert take(inbox, clock, raw) == ["AA"]
    row = rows(store)[0]
    assert (row.state, row.control_id, row.message_type) == ("received", "C1", "ADT^A08")
    assert "测试".encode() not in row.raw
    with store.read("h1") as work:
        assert work.inbox.raw(row.message_id) == raw
    assert [(job.topic, job.ref, job.lane) for job in jobs(store)] == [(TAKE_UP, row.message_id, "tx")]


def test_the_same_content_again_gets_the_stored_answer(inbox: Hl7Inbox, store: Store, clock: FakeClock) -> None:
    first = inbox([Received("lis", adt(), clock.now())])
    clock.advance(timedelta(hours=3))
    again = inbox([Received("lis", adt(), clock.now()), Received("lis", adt(), clock.now())])
    assert [*again] == [first[0], first[0]]
    assert (len(rows(store)), len(jobs(store))) == (1, 1)


def test_a_repeat_within_one_batch_is_seen(inbox: Hl7Inbox, store: Store, clock: FakeClock) -> None:
    assert take(inbox, clock, adt(), adt()) == ["AA", "AA"]
    assert len(rows(store)) == 1


def test_the_same_id_with_other_content_is_quarantined_and_told(
    inbox: Hl7Inbox, store: Store, clock: FakeClock
) -> None:
    assert take(inbox, clock, adt(name="CESHI"), adt(name="OTHER")) == ["AA", "AR"]
    assert [row.state for row in rows(store)] == ["received", "quarantined"]
    assert len(jobs(store)) == 1
    with store.read("h1") as work:
        assert [(row.kind, row.source) for row in work.security_events.latest()] == [("hl7.control_id_reused", "lis")]


def test_a_counter_that_starts_anew_is_no_reuse(inbox: Hl7Inbox, store: Store, clock: FakeClock) -> None:
    assert take(inbox, clock, adt(sent="20261122083000"), adt(sent="20261123083000")) == ["AA", "AA"]
    assert [row.state for row in rows(store)] == ["received", "received"]


def test_without_a_control_id_nothing_is_taken_for_a_repeat(inbox: Hl7Inbox, store: Store, clock: FakeClock) -> None:
    assert take(inbox, clock, adt(control_id=""), adt(control_id="")) == ["AR", "AR"]
    assert [row.state for row in rows(store)] == ["refused", "refused"]
    assert jobs(store) == []


def test_two_quotes_are_no_control_id_and_no_record_number(inbox: Hl7Inbox, store: Store, clock: FakeClock) -> None:
    assert take(inbox, clock, adt(control_id='""'), adt(control_id='""')) == ["AR", "AR"]
    assert [row.state for row in rows(store)] == ["refused", "refused"]
    deleted = Message.parse(b'MSH|^~\\&|||||||ADT^A08|1|P|2.5\rPID|||""^^^^MR~100001^^^^PI~""||')
    assert record_number(deleted) == "100001"
    assert record_number(Message.parse(b'MSH|^~\\&|||||||ADT^A08|1|P|2.5\rPID|||""||')) == ""


def test_what_is_no_hl7_is_kept_and_answered_with_no(inbox: Hl7Inbox, store: Store, clock: FakeClock) -> None:
    assert take(inbox, clock, b"GET / HTTP/1.1\r\n\x00\xff", adt()) == ["AR", "AA"]
    assert [row.state for row in rows(store)] == ["refused", "received"]
    assert rows(store)[0].reason == "no MSH segment"


def test_a_message_of_too_many_segments_is_kept_and_refused_with_a_sentence(
    inbox: Hl7Inbox, store: Store, clock: FakeClock
) -> None:
    long = Received("lis", adt() + b"NTE|1||x\r" * 9, clock.now(), limits=Limits(segments=10))
    (answer,) = inbox([long])
    reply = Message.parse(answer)
    assert (reply["MSA-1"], reply["MSA-2"], reply["MSA-3"]) == ("AR", "C1", "a message of more than 10 segments")
    assert [(row.state, row.reason) for row in rows(store)] == [("refused", "a message of more than 10 segments")]


def test_a_nul_in_the_header_is_no_obstacle(inbox: Hl7Inbox, store: Store, clock: FakeClock) -> None:
    take(inbox, clock, adt(control_id="C\x001"))
    assert [row.control_id for row in rows(store)] == ["C1"]


def test_an_unwanted_message_is_kept_and_refused(store: Store, clock: FakeClock) -> None:
    picky = Hl7Inbox(store, ROUTES, refusal=lambda message: "no one handles this" if message.type == "ADT^A08" else "")
    assert take(picky, clock, adt()) == ["AR"]
    assert [(row.state, row.reason) for row in rows(store)] == [("refused", "no one handles this")]


def test_each_patient_has_a_stream_and_the_key_hides_who(inbox: Hl7Inbox, store: Store, clock: FakeClock) -> None:
    take(inbox, clock, adt("C1", "MRN1"), adt("C2", "MRN2"), adt("C3", "MRN1"), adt("C4", ""))
    streams = [row.streams for row in rows(store)]
    assert streams[0] == streams[2] != streams[1]
    assert streams[3] == "hl7:lis"
    assert not any("MRN" in stream for stream in streams)


def test_a_message_is_kept_under_the_record_number_and_not_under_a_paper(
    inbox: Hl7Inbox, store: Store, clock: FakeClock
) -> None:
    papers = "999999198503120034^^^^CN~MRN7^^^HIS^MR"
    take(inbox, clock, adt("C1", "MRN7"), adt("C2").replace(b"MRN1^^^HIS", papers.encode()), adt("C3", ""))
    with store.read("h1") as work:
        seven = work.inbox.patient_index("mrn7")
    assert [row.patient_index for row in rows(store)] == [seven, seven, None]


def test_a_peers_messages_go_to_its_own_operator(inbox: Hl7Inbox, store: Store, clock: FakeClock) -> None:
    batch = [Received("other", adt(), clock.now()), Received("lis", adt(), clock.now())]
    assert len(inbox(batch)) == 2
    assert (len(rows(store, "h1")), len(rows(store, "h2"))) == (1, 1)


def test_many_messages_are_one_commit(inbox: Hl7Inbox, store: Store, clock: FakeClock) -> None:
    commits: list[object] = []
    event.listen(store.engine, "commit", commits.append)
    take(inbox, clock, *(adt(f"C{number}") for number in range(50)))
    assert len(commits) == 1
    assert (len(rows(store)), len(jobs(store))) == (50, 1)
