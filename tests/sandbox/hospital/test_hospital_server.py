"""The simulated hospital's listener on a real socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from adapters.hl7.build import SegmentText, segment
from adapters.hl7.message import Message
from adapters.hl7.mllp import Framer, frame
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.server import HospitalServer
from tests.sandbox.hospital.conftest import Asker
from tests.steered import FakeClock

QUERY = ("MFQ^M05^MFQ_M01", segment("QRD", {4: "Q", 9: "MFQ", 10: "LOC"}))


@pytest.fixture
def server(hospital: SimulatedHospital, clock: FakeClock) -> Iterator[HospitalServer]:
    serving = HospitalServer(hospital, clock)
    serving.start()
    yield serving
    serving.stop()


@pytest.fixture
def caller(server: HospitalServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        yield connection


def received(connection: socket.socket, count: int) -> list[Message]:
    framer, messages = Framer(), list[Message]()
    while len(messages) < count:
        chunk = connection.recv(65536)
        assert chunk, "the hospital hung up"
        messages += [Message.parse(each.payload) for each in framer.feed(chunk)]
    return messages


def asked(asker: Asker, query: tuple[str, SegmentText] = QUERY) -> bytes:
    return frame(asker.raw(*query))


def test_several_messages_in_one_chunk_are_answered_in_order(caller: socket.socket, asker: Asker) -> None:
    caller.sendall(b"".join(asked(asker) for _ in range(3)))
    assert [answer["MSA-2"] for answer in received(caller, 3)] == ["Q1", "Q2", "Q3"]


def test_a_message_may_come_byte_by_byte(caller: socket.socket, asker: Asker) -> None:
    for byte in asked(asker):
        caller.sendall(bytes([byte]))
    assert received(caller, 1)[0]["MSA-1"] == "AA"


def test_a_reset_is_a_reset(caller: socket.socket, asker: Asker, hospital: SimulatedHospital) -> None:
    hospital.faults.add(Fault(trigger="*", kind=FaultKind.RESET))
    caller.sendall(asked(asker))
    with pytest.raises(ConnectionResetError):
        caller.recv(1)


def test_a_lost_reply_leaves_the_connection_open(
    caller: socket.socket, asker: Asker, hospital: SimulatedHospital
) -> None:
    hospital.faults.add(Fault(trigger="*", kind=FaultKind.NO_REPLY))
    caller.sendall(asked(asker) + asked(asker))
    assert received(caller, 1)[0]["MSA-2"] == "Q2"


def test_a_caller_that_breaks_the_framing_is_hung_up_on_and_the_rest_is_served(
    server: HospitalServer, caller: socket.socket, asker: Asker
) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as rude:
        rude.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert rude.recv(1) == b""
    caller.sendall(asked(asker))
    assert received(caller, 1)[0]["MSA-1"] == "AA"


def test_after_a_stop_nobody_is_served_and_a_start_takes_the_same_port(server: HospitalServer, asker: Asker) -> None:
    port = server.port
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=30)
    server.start()
    assert server.port == port
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(asked(asker))
        assert received(connection, 1)[0]["MSA-1"] == "AA"


def test_a_port_in_use_is_an_error(server: HospitalServer, hospital: SimulatedHospital, clock: FakeClock) -> None:
    with pytest.raises(OSError, match="in use"):
        HospitalServer(hospital, clock, port=server.port).start()
