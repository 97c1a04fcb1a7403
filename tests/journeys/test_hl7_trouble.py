"""What comes to the listener and is no proper HL7, while others go on as if nothing were."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from adapters.hl7.message import Message
from adapters.hl7.mllp import Framer, frame
from hospital_bridge.sandbox.stage import Stage
from tests.journeys.engineer import Console, reading

GOOD = b"MSH|^~\\&|HIS|H|HB|H|20261122100000||ORU^R01|%s|P|2.5.1\rPID|||100001\r"
MALFORMED = {
    "no header": b"PID|||100001\r",
    "cut header": b"MSH|^~\r",
    "not HL7": b"GET / HTTP/1.1\r\n",
    "nothing": b" ",
    "two messages in one": GOOD % b"T1" + GOOD % b"T2",
}


@contextmanager
def connection(stage: Stage, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    """One connection to the bridge's listener from that address of this machine."""
    with socket.create_connection(stage.listener_address, timeout=10, source_address=(source, 0)) as link:
        yield link


def exchange(link: socket.socket, raw: bytes) -> Message:
    """The answer to one message."""
    link.sendall(frame(raw))
    framer = Framer()
    while True:
        received = link.recv(65_536)
        assert received, "the listener hung up without an answer"
        for answer in framer.feed(received):
            return Message.parse(answer.payload)


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED)
def test_what_cannot_be_read_is_kept_refused_and_shown(stage: Stage, raw: bytes) -> None:
    with connection(stage) as neighbour, connection(stage) as link:
        assert exchange(neighbour, GOOD % _number(raw, b"N"))["MSA-1"] in ("AA", "CA")
        assert exchange(link, raw)["MSA-1"] in ("AE", "AR", "CE", "CR")
        # Neither the neighbour's line nor this one is cut.
        assert exchange(neighbour, GOOD % _number(raw, b"M"))["MSA-1"] in ("AA", "CA")
        assert exchange(link, GOOD % _number(raw, b"L"))["MSA-1"] in ("AA", "CA")
    with reading(stage) as work:
        kept = [row for row in work.inbox.latest() if row.state in ("refused", "quarantined")]
        assert raw in [work.inbox.raw(row.message_id) for row in kept]
    assert kept[0].reason
    assert kept[0].reason in Console(stage).page("messages").words


def test_the_same_control_id_with_other_content_is_quarantined(stage: Stage) -> None:
    with connection(stage) as link:
        exchange(link, GOOD % b"SAME1")
        answer = exchange(link, (GOOD % b"SAME1").replace(b"100001", b"100002"))
    assert answer["MSA-1"] in ("AE", "AR", "CE", "CR")
    with reading(stage) as work:
        assert "hl7.control_id_reused" in [event.kind for event in work.security_events.latest()]


def test_the_same_message_again_gets_the_same_answer(stage: Stage) -> None:
    with connection(stage) as link:
        first, second = exchange(link, GOOD % b"AGAIN1"), exchange(link, GOOD % b"AGAIN1")
    assert (first["MSA-2"], first["MSH-10"]) == (second["MSA-2"], second["MSH-10"])


def test_who_is_not_in_the_configuration_is_not_heard(stage: Stage) -> None:
    with reading(stage) as work:
        before = len(work.inbox.latest(1000))
    with connection(stage, source="127.0.0.9") as stranger, pytest.raises((ConnectionError, AssertionError)):
        exchange(stranger, GOOD % b"STRANGER")
    with reading(stage) as work:
        assert len(work.inbox.latest(1000)) == before
    with connection(stage) as known:
        assert exchange(known, GOOD % b"KNOWN")["MSA-1"] in ("AA", "CA")


def _number(raw: bytes, prefix: bytes) -> bytes:
    """A control id that no other case uses."""
    return prefix + str(list(MALFORMED.values()).index(raw)).encode()
