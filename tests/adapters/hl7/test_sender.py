from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from adapters.errors import NotDone, OutcomeUnknown
from adapters.hl7.ack import Stamp, decide_ack
from adapters.hl7.message import Message
from adapters.hl7.mllp import Framer, frame
from adapters.hl7.sender import MllpClient

Turn = Callable[[socket.socket, bytes], None]


def adt(control_id: str) -> bytes:
    return f"MSH|^~\\&|HB|W|HIS|H1|2026||ADT^A28^ADT_A05|{control_id}|P|2.5.1\r".encode()


def ack(message: bytes) -> bytes:
    return decide_ack(message, stored=True, stamp=Stamp("A", datetime(2026, 1, 1, tzinfo=UTC), UTC)).body


def answer(connection: socket.socket, message: bytes) -> None:
    connection.sendall(frame(ack(message)))


class Hospital:
    """A listener whose turn for each message is scripted; it answers when the script is over."""

    def __init__(self, *script: Turn) -> None:
        self._script = list(script)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._server.getsockname()[1]
        self.heard: list[bytes] = []
        self.connections = 0
        self.closed = threading.Event()
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        for connection in self._open:
            connection.close()
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self.connections += 1
                self._open.append(connection)
                with suppress(OSError):
                    self._serve(connection)
                self.closed.set()

    def _serve(self, connection: socket.socket) -> None:
        framer = Framer()
        connection.settimeout(10)
        while chunk := connection.recv(65536):
            for each in framer.feed(chunk):
                self.heard.append(each.payload)
                turn = self._script.pop(0) if self._script else answer
                turn(connection, each.payload)


@pytest.fixture
def hospital() -> Iterator[Callable[..., tuple[Hospital, MllpClient]]]:
    opened: list[tuple[Hospital, MllpClient]] = []

    def opening(*script: Turn, reply_timeout: float = 10) -> tuple[Hospital, MllpClient]:
        there = Hospital(*script)
        opened.append((there, MllpClient("127.0.0.1", there.port, 10, reply_timeout)))
        return opened[-1]

    yield opening
    for there, client in opened:
        client.close()
        there.stop()


Opening = Callable[..., tuple[Hospital, MllpClient]]


def test_messages_share_one_connection(hospital: Opening) -> None:
    there, client = hospital()
    replies = [Message.parse(client.exchange(adt(f"M{number}")))["MSA-2"] for number in range(5)]
    assert replies == [f"M{number}" for number in range(5)]
    assert there.connections == 1


def test_threads_take_turns_and_each_gets_its_own_answer(hospital: Opening) -> None:
    there, client = hospital()
    got: dict[str, str] = {}

    def send(name: str) -> None:
        got[name] = Message.parse(client.exchange(adt(name)))["MSA-2"]

    threads = [threading.Thread(target=send, args=(f"T{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert got == {f"T{number}": f"T{number}" for number in range(8)}
    assert there.connections == 1


def test_a_refused_connection_changed_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NotDone, match="no connection"):
        MllpClient("127.0.0.1", port).exchange(adt("M1"))


def test_a_late_answer_is_never_taken_for_the_next_one(hospital: Opening) -> None:
    late = threading.Event()

    def too_late(connection: socket.socket, message: bytes) -> None:
        assert late.wait(10)
        with suppress(OSError):
            answer(connection, message)

    there, client = hospital(too_late, reply_timeout=0.1)
    with pytest.raises(OutcomeUnknown, match="nothing within"):
        client.exchange(adt("M1"))
    late.set()
    assert there.closed.wait(10)
    patient = MllpClient("127.0.0.1", there.port)
    assert Message.parse(patient.exchange(adt("M2")))["MSA-2"] == "M2"
    patient.close()
    assert there.connections == 2


def test_a_stray_answer_is_passed_over(hospital: Opening) -> None:
    def twice(connection: socket.socket, message: bytes) -> None:
        connection.sendall(frame(ack(adt("OTHER"))) + frame(ack(message)))

    _, client = hospital(twice)
    assert Message.parse(client.exchange(adt("M1")))["MSA-2"] == "M1"


def test_an_answer_sent_twice_does_not_reach_the_next_message(hospital: Opening) -> None:
    def twice(connection: socket.socket, message: bytes) -> None:
        connection.sendall(frame(ack(message)) * 2)

    _, client = hospital(twice)
    client.exchange(adt("M1"))
    assert Message.parse(client.exchange(adt("M2")))["MSA-2"] == "M2"


def test_half_a_stray_answer_ends_the_connection(hospital: Opening) -> None:
    def one_and_a_half(connection: socket.socket, message: bytes) -> None:
        connection.sendall(frame(ack(message)) + b"\x0bMSH|^~")

    there, client = hospital(one_and_a_half)
    client.exchange(adt("M1"))
    assert Message.parse(client.exchange(adt("M2")))["MSA-2"] == "M2"
    assert there.connections == 2


def test_an_idle_connection_that_the_peer_closed_is_opened_anew(hospital: Opening) -> None:
    def answer_and_close(connection: socket.socket, message: bytes) -> None:
        answer(connection, message)
        connection.shutdown(socket.SHUT_RDWR)

    there, client = hospital(answer_and_close)
    client.exchange(adt("M1"))
    assert there.closed.wait(10)
    assert Message.parse(client.exchange(adt("M2")))["MSA-2"] == "M2"
    assert there.heard == [adt("M1"), adt("M2")]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [(b"", "closed"), (b"\x0bMSH|^~", "inside a frame"), (b"HTTP/1.1 400\r\n", "outside a frame")],
)
def test_without_a_whole_answer_the_outcome_is_unknown(hospital: Opening, reply: bytes, reason: str) -> None:
    def torn(connection: socket.socket, _message: bytes) -> None:
        connection.sendall(reply)
        connection.shutdown(socket.SHUT_RDWR)

    there, client = hospital(torn)
    with pytest.raises(OutcomeUnknown, match=reason):
        client.exchange(adt("M1"))
    assert there.heard == [adt("M1")]
    assert Message.parse(client.exchange(adt("M2")))["MSA-2"] == "M2"


def test_an_answer_without_its_carriage_return_counts_when_the_peer_closes(hospital: Opening) -> None:
    def bare(connection: socket.socket, message: bytes) -> None:
        connection.sendall(frame(ack(message))[:-1])
        connection.shutdown(socket.SHUT_RDWR)

    _, client = hospital(bare)
    assert Message.parse(client.exchange(adt("M1")))["MSA-2"] == "M1"


def test_no_error_text_names_a_patient(hospital: Opening) -> None:
    there, client = hospital(lambda connection, _: connection.sendall(b"CANARY"))
    with pytest.raises(OutcomeUnknown) as unknown:
        client.exchange(adt("M1") + b"PID|1||CANARY\r")
    assert "CANARY" not in repr(unknown.value)
    assert len(there.heard) == 1
