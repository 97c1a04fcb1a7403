from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.errors import Untrusted
from adapters.hl7.ack import Acknowledging, Stamp, decide_ack
from adapters.hl7.message import Message
from adapters.hl7.mllp import Fault, Framer, frame
from adapters.hl7.sender import MllpClient
from adapters.hl7.tls import client_context, server_context
from hospital_bridge.clock import SystemClock
from hospital_bridge.workers.listener import CannotListen, Listener, WireEvent
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from hospital_bridge.workers.received import Received
from tests.certificates import certificate_for_localhost

HIS = Peer("his", max_connections=16)
SETTINGS = ListenerSettings("127.0.0.1", 0, (HIS,), max_message=300_000, max_in_flight=1_000_000, drain_timeout=10)


def adt(control_id: str, extra: str = "") -> bytes:
    return f"MSH|^~\\&|HIS|H1|HB|H1|20260101080000||ADT^A28^ADT_A05|{control_id}|P|2.5.1\rPID|1||100{extra}\r".encode()


class Inbox:
    """A store that keeps what it is given and answers as the real one does."""

    def __init__(self) -> None:
        self.rows: list[Received] = []
        self.batches: list[int] = []
        self.open = threading.Event()
        self.open.set()
        self.busy = threading.Event()

    def __call__(self, batch: Sequence[Received]) -> Sequence[bytes]:
        self.busy.set()
        assert self.open.wait(10)
        if any(b"POISON" in received.raw for received in batch):
            raise OSError("disk full")
        self.rows.extend(batch)
        self.batches.append(len(batch))
        stamp = Stamp(str(len(self.rows)), datetime(2026, 1, 1, tzinfo=UTC), UTC)
        return [
            decide_ack(each.raw, stored=True, stamp=stamp, charset=each.charset, mode=each.acknowledging).body
            for each in batch
        ]


class House:
    """A running listener, its store and what it reported."""

    def __init__(self, settings: ListenerSettings = SETTINGS) -> None:
        self.inbox = Inbox()
        self.events: list[WireEvent] = []
        self.reported = threading.Event()
        self.listener = Listener(settings, self.inbox, SystemClock(), self.hear)
        self.port = self.listener.start()
        self.sockets: list[socket.socket] = []

    def hear(self, event: WireEvent) -> None:
        self.events.append(event)
        self.reported.set()

    def sender(self, tls: ssl.SSLContext | None = None) -> Sender:
        plain = socket.create_connection(("127.0.0.1", self.port), 10)
        self.sockets.append(tls.wrap_socket(plain, server_hostname="localhost") if tls else plain)
        return Sender(self.sockets[-1])

    def texts(self) -> list[str]:
        return [event.text for event in self.events]


class Sender:
    """A peer's end of one connection, byte by byte under the test's control."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.framer = Framer()
        self.replies: list[bytes] = []

    def send(self, wire: bytes) -> None:
        self.socket.sendall(wire)

    def reply(self) -> Message:
        while not self.replies:
            chunk = self.socket.recv(65536)
            assert chunk, "the listener closed the connection"
            self.replies += [each.payload for each in self.framer.feed(chunk)]
        return Message.parse(self.replies.pop(0))

    def code(self) -> tuple[str, str]:
        reply = self.reply()
        return reply["MSA-1"], reply["MSA-2"]

    def closed(self) -> bool:
        with contextlib.suppress(ConnectionResetError):
            return self.socket.recv(1) == b""
        return True


def wait_until(holds: Callable[[], bool]) -> None:
    """Return once it holds; the suite's time limit is the failure."""
    while not holds():
        threading.Event().wait(0.001)


@pytest.fixture
def start() -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def starting(**changes: object) -> House:
        houses.append(House(replace(SETTINGS, **changes)))  # type: ignore[arg-type]
        return houses[-1]

    yield starting
    for house in houses:
        house.inbox.open.set()
        house.listener.stop()
        for connection in house.sockets:
            connection.close()


@pytest.fixture
def house(start: Callable[..., House]) -> House:
    return start()


@pytest.fixture
def sender(house: House) -> Sender:
    return house.sender()


def test_many_messages_share_a_connection_in_order(house: House, sender: Sender) -> None:
    for number in range(20):
        sender.send(frame(adt(f"M{number}")))
    assert [sender.code() for _ in range(20)] == [("AA", f"M{number}") for number in range(20)]
    assert [row.raw for row in house.inbox.rows] == [adt(f"M{number}") for number in range(20)]


def test_a_message_may_come_byte_by_byte(sender: Sender) -> None:
    for byte in frame(adt("M1")):
        sender.send(bytes([byte]))
    assert sender.code() == ("AA", "M1")


def test_a_document_of_200_kilobytes_arrives_whole(house: House, sender: Sender) -> None:
    document = adt("BIG", "x" * 200_000)
    sender.send(frame(document))
    assert sender.code() == ("AA", "BIG")
    assert house.inbox.rows[0].raw == document


def test_an_oversized_frame_drops_only_its_sender(house: House, sender: Sender) -> None:
    neighbour = house.sender()
    with contextlib.suppress(OSError):
        sender.send(b"\x0b" + b"x" * 400_000)
    assert sender.closed()
    neighbour.send(frame(adt("M1")))
    assert neighbour.code() == ("AA", "M1")
    assert Fault.OVERSIZE.value in house.texts()


def test_an_end_without_carriage_return_is_never_glued_to_the_next_message(house: House, sender: Sender) -> None:
    sender.send(b"\x0b" + adt("M1") + b"\x1c" + frame(adt("M2")))
    assert [sender.code(), sender.code()] == [("AA", "M1"), ("AA", "M2")]
    assert [row.warnings for row in house.inbox.rows] == [(Fault.MISSING_RETURN.value,), ()]


def test_a_sender_that_never_sends_the_carriage_return_is_answered_all_the_same(start: Callable[..., House]) -> None:
    house = start(end_timeout=0.01)
    sender = house.sender()
    sender.send(b"\x0b" + adt("M1") + b"\x1c")
    assert sender.code() == ("AA", "M1")
    assert house.inbox.rows[0].warnings == (Fault.MISSING_RETURN.value,)


def test_an_end_mark_inside_a_message_is_not_taken_for_its_end(house: House, sender: Sender) -> None:
    sender.send(b"\x0b" + adt("M1", "\x1c tail"))
    assert sender.closed()
    assert house.inbox.rows == []
    assert Fault.TRAILING.value in house.texts()


def test_a_start_mark_inside_a_message_discards_what_came_before_it(house: House, sender: Sender) -> None:
    sender.send(b"\x0b" + adt("TORN") + frame(adt("M2")))
    assert sender.code() == ("AA", "M2")
    assert [row.raw for row in house.inbox.rows] == [adt("M2")]
    assert house.inbox.rows[0].warnings == (Fault.RESTARTED.value,)
    assert Fault.RESTARTED.value in house.texts()


def test_blank_lines_between_frames_are_forgiven(sender: Sender) -> None:
    sender.send(b"\r\n \r\n" + frame(adt("M1")) + b"\r\n" + frame(adt("M2")))
    assert [sender.code(), sender.code()] == [("AA", "M1"), ("AA", "M2")]


def test_bytes_outside_a_frame_end_that_connection_after_the_answers_it_is_owed(house: House, sender: Sender) -> None:
    sender.send(frame(adt("M1")) + b"GET / HTTP/1.1\r\n")
    assert sender.code() == ("AA", "M1")
    assert sender.closed()
    assert Fault.MISSING_START.value in house.texts()


def test_a_frame_that_is_never_ended_times_out(start: Callable[..., House]) -> None:
    house = start(read_timeout=0.05)
    sender = house.sender()
    sender.send(b"\x0b" + adt("M1"))
    assert sender.closed()
    assert house.inbox.rows == []
    assert house.texts() == [Fault.STALLED.value]


def test_a_silent_connection_times_out(start: Callable[..., House]) -> None:
    house = start(idle_timeout=0.05)
    assert house.sender().closed()
    assert house.texts() == [Fault.IDLE.value]


def test_a_connection_that_ends_inside_a_frame_stores_nothing(house: House, sender: Sender) -> None:
    sender.send(b"\x0b" + adt("M1"))
    sender.socket.shutdown(socket.SHUT_WR)
    assert sender.closed()
    assert house.inbox.rows == []
    assert house.texts() == [Fault.TORN.value]


def test_blank_segments_and_line_feeds_are_stored_as_they_came(house: House, sender: Sender) -> None:
    odd = adt("M1").replace(b"\r", b"\n\n")
    sender.send(frame(odd))
    assert sender.code() == ("AA", "M1")
    assert house.inbox.rows[0].raw == odd


def test_what_is_not_hl7_is_stored_raw_and_rejected(house: House, sender: Sender) -> None:
    sender.send(frame(b"hello") + frame(adt("M2")))
    assert sender.code() == ("AR", "")
    assert sender.code() == ("AA", "M2")
    assert house.inbox.rows[0].raw == b"hello"
    assert [row.fault for row in house.inbox.rows] == ["no MSH segment", ""]


def test_gb18030_is_answered_with_the_bytes_of_its_own_control_id(house: House, sender: Sender) -> None:
    text = "MSH|^~\\&|弢|H1|HB|H1|2026||ADT^A28^ADT_A05|玘1|P|2.5.1||||||GB 18030-2000\rPID|1||100||弢^玘\r"
    sender.send(frame(text.encode("gb18030")))
    reply = sender.reply()
    assert (reply["MSA-1"], reply["MSA-2"], reply["MSH-5"], reply.codec) == ("AA", "玘1", "弢", "gb18030")
    assert "玘1".encode("gb18030") in bytes(reply)
    assert house.inbox.rows[0].raw == text.encode("gb18030")


def test_no_answer_leaves_before_the_commit_returns(house: House, sender: Sender) -> None:
    house.inbox.open.clear()
    sender.send(frame(adt("M1")))
    assert house.inbox.busy.wait(10)
    sender.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        sender.socket.recv(1)
    sender.socket.settimeout(10)
    house.inbox.open.set()
    assert sender.code() == ("AA", "M1")


def test_a_failed_commit_is_answered_ae_and_the_connection_stays(sender: Sender) -> None:
    sender.send(frame(adt("M1", "POISON")))
    assert sender.code() == ("AE", "M1")
    sender.send(frame(adt("M2")))
    assert sender.code() == ("AA", "M2")


def test_one_message_that_cannot_be_stored_does_not_fail_its_batch(house: House) -> None:
    house.inbox.open.clear()
    peers = [house.sender() for _ in range(6)]
    peers[0].send(frame(adt("FIRST")))
    assert house.inbox.busy.wait(10)
    for number, peer in enumerate(peers[1:]):
        peer.send(frame(adt(f"M{number}", "POISON" if number == 2 else "")))
    house.inbox.open.set()
    assert peers[0].code() == ("AA", "FIRST")
    assert [peer.code()[0] for peer in peers[1:]] == ["AA", "AA", "AE", "AA", "AA"]


def test_messages_that_arrive_during_a_commit_share_the_next_one(start: Callable[..., House]) -> None:
    house = start()
    house.inbox.open.clear()
    peers = [house.sender() for _ in range(9)]
    peers[0].send(frame(adt("FIRST")))
    assert house.inbox.busy.wait(10)
    for number, peer in enumerate(peers[1:]):
        peer.send(frame(adt(f"M{number}")))
    wait_until(lambda: house.listener.state().waiting == 8)
    house.inbox.open.set()
    assert [peer.code()[0] for peer in peers] == ["AA"] * 9
    assert house.inbox.batches == [1, 8]


@pytest.mark.parametrize(
    ("accept", "poison", "code"),
    [
        ("AL", "", "CA"),
        ("AL", "POISON", "CE"),
        ("NE", "", "AA"),
        ("ER", "POISON", "CE"),
        ("SU", "", "CA"),
        ("??", "", "AA"),
    ],
)
def test_the_accept_condition_chooses_the_code(sender: Sender, accept: str, poison: str, code: str) -> None:
    sender.send(frame(adt("M1").replace(b"|2.5.1", f"|2.5.1|||{accept}".encode()) + poison.encode()))
    assert sender.code() == (code, "M1")


def test_a_sender_that_wants_no_success_hears_only_of_the_next_failure(sender: Sender) -> None:
    quiet = adt("M1").replace(b"|2.5.1", b"|2.5.1|||ER")
    sender.send(frame(quiet) + frame(adt("M2")))
    assert sender.code() == ("AA", "M2")


def test_a_peer_may_have_a_size_and_a_time_of_its_own(start: Callable[..., House]) -> None:
    large = Peer("pacs", ("127.0.0.1/32",), max_message=400_000, read_timeout=0.05)
    house = start(peers=(large,), max_message=1000)
    sender = house.sender()
    sender.send(frame(adt("BIG", "x" * 300_000)))
    assert sender.code() == ("AA", "BIG")
    sender.send(b"\x0b")
    assert sender.closed()
    assert house.texts() == [Fault.STALLED.value]


@pytest.mark.parametrize(
    ("mode", "accept", "code"),
    [(Acknowledging.ORIGINAL, "AL", "AA"), (Acknowledging.ENHANCED, "", "CA"), (Acknowledging.ENHANCED, "NE", "CA")],
)
def test_a_peer_may_be_answered_in_one_mode_whatever_it_asks(
    start: Callable[..., House], mode: Acknowledging, accept: str, code: str
) -> None:
    house = start(peers=(replace(HIS, acknowledging=mode),))
    sender = house.sender()
    sender.send(frame(adt("M1").replace(b"|2.5.1", f"|2.5.1|||{accept}".encode())))
    assert sender.code() == (code, "M1")


def test_too_many_connections_of_a_peer_are_turned_away(start: Callable[..., House]) -> None:
    house = start(peers=(replace(HIS, max_connections=1),))
    first = house.sender()
    first.send(frame(adt("M1")))
    assert first.code() == ("AA", "M1")
    assert house.sender().closed()
    first.send(frame(adt("M2")))
    assert first.code() == ("AA", "M2")
    assert house.texts() == ["turned away: too many connections"]


def test_an_address_of_no_peer_is_turned_away(start: Callable[..., House]) -> None:
    house = start(peers=(Peer("lis", networks=("192.0.2.0/24",)),))
    assert house.sender().closed()
    assert house.texts() == ["turned away: no peer has this address"]


def test_a_network_that_is_none_is_refused_before_anyone_connects() -> None:
    with pytest.raises(ValueError, match=r"192\.0\.2"):
        Peer("lis", networks=("192.0.2",))


def test_what_all_connections_hold_is_bounded_and_a_hoarder_gives_way(start: Callable[..., House]) -> None:
    house = start(max_message=100_000, max_in_flight=200_000, read_timeout=0.3)
    hoarders = [house.sender() for _ in range(3)]
    for hoarder in hoarders:
        hoarder.send(b"\x0b" + b"x" * 80_000)
    wait_until(lambda: house.listener.state().in_flight > 140_000)
    neighbour = house.sender()
    neighbour.send(frame(adt("M1", "y" * 90_000)))
    assert neighbour.code() == ("AA", "M1")
    assert all(hoarder.closed() for hoarder in hoarders)
    wait_until(lambda: house.listener.state().in_flight == 0)


def test_a_connection_may_carry_more_than_may_be_in_flight(start: Callable[..., House]) -> None:
    house = start(max_message=100_000, max_in_flight=200_000)
    sender = house.sender()
    for number in range(8):
        sender.send(frame(adt(f"M{number}", "y" * 90_000)))
        assert sender.code() == ("AA", f"M{number}")


def test_a_dripping_sender_gains_no_time(start: Callable[..., House]) -> None:
    house = start(read_timeout=0.1)
    sender = house.sender()
    sender.socket.settimeout(0.01)
    sender.send(b"\x0b")
    for _ in range(500):
        try:
            if sender.closed():
                break
        except TimeoutError:
            with contextlib.suppress(OSError):
                sender.send(b"x")
    assert house.texts() == [Fault.STALLED.value]


def test_each_frame_has_its_own_time(start: Callable[..., House]) -> None:
    house = start(read_timeout=0.2)
    sender = house.sender()
    half = len(adt("M1")) // 2
    first, second = b"\x0b" + adt("M1")[:half], adt("M1")[half:] + b"\x1c\r"
    sender.send(first)
    until = time.monotonic() + 0.4
    while time.monotonic() < until:
        sender.send(second + first)
        assert sender.code() == ("AA", "M1")


def test_stopping_finishes_and_answers_what_is_being_committed(start: Callable[..., House]) -> None:
    house = start()
    idle, half, busy = (house.sender() for _ in range(3))
    half.send(b"\x0b" + adt("HALF"))
    house.inbox.open.clear()
    busy.send(frame(adt("M1")))
    assert house.inbox.busy.wait(10)
    stopping = threading.Thread(target=house.listener.stop)
    stopping.start()
    assert idle.closed()
    assert half.closed()
    house.inbox.open.set()
    assert busy.code() == ("AA", "M1")
    assert busy.closed()
    stopping.join(10)
    assert not stopping.is_alive()
    with pytest.raises(ConnectionRefusedError):
        house.sender()


def test_stopping_begins_no_further_message(start: Callable[..., House]) -> None:
    house = start()
    sender = house.sender()
    house.inbox.open.clear()
    sender.send(frame(adt("M1")) + frame(adt("M2")))
    assert house.inbox.busy.wait(10)
    stopping = threading.Thread(target=house.listener.stop)
    idle = house.sender()
    stopping.start()
    assert idle.closed()
    house.inbox.open.set()
    assert sender.code() == ("AA", "M1")
    assert sender.closed()
    stopping.join(10)
    assert [row.raw for row in house.inbox.rows] == [adt("M1")]


def test_a_port_in_use_is_one_clear_sentence(house: House) -> None:
    second = Listener(replace(SETTINGS, port=house.port), Inbox(), SystemClock())
    with pytest.raises(CannotListen, match=rf"^Port {house.port} on 127.0.0.1 is in use by another program\.$"):
        second.start()


def test_an_address_of_another_machine_is_one_clear_sentence() -> None:
    listener = Listener(replace(SETTINGS, host="192.0.2.1"), Inbox(), SystemClock())
    with pytest.raises(CannotListen, match=r"^This machine has no address 192\.0\.2\.1\.$"):
        listener.start()


def test_the_state_counts_connections_and_messages(house: House, sender: Sender) -> None:
    sender.send(frame(adt("M1")))
    sender.reply()
    state = house.listener.state()
    assert (state.port, state.connections, state.received) == (house.port, {"his": 1}, 1)
    assert state.last_received_at is not None


def test_no_event_names_a_patient(house: House, sender: Sender) -> None:
    sender.send(frame(adt("M1", "^^^^CANARY")) + b"CANARY outside")
    sender.reply()
    assert sender.closed()
    assert house.events
    assert "CANARY" not in repr(house.events)


def test_it_speaks_tls_only_to_those_with_a_certificate_of_ours(start: Callable[..., House], tmp_path: Path) -> None:
    server, client, stranger = mutual_tls(tmp_path)
    house = start(tls=server)
    known = house.sender(client)
    known.send(frame(adt("M1")))
    assert known.code() == ("AA", "M1")
    assert not heard(house, stranger)
    assert [row.raw for row in house.inbox.rows] == [adt("M1")]


def test_our_own_sender_keeps_its_secure_connection(start: Callable[..., House], tmp_path: Path) -> None:
    server, client, _ = mutual_tls(tmp_path)
    house = start(tls=server)
    link = MllpClient("localhost", house.port, tls=client)
    assert [Message.parse(link.exchange(adt(name)))["MSA-2"] for name in ("M1", "M2")] == ["M1", "M2"]
    assert house.listener.state().connections == {"his": 1}
    link.close()


def test_a_sender_trusts_no_certificate_of_a_stranger(start: Callable[..., House], tmp_path: Path) -> None:
    server, _, _ = mutual_tls(tmp_path)
    house = start(tls=server)
    with pytest.raises(Untrusted, match="certificate of localhost"):
        MllpClient("localhost", house.port, tls=client_context()).exchange(adt("M1"))
    assert house.inbox.rows == []


def mutual_tls(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext, ssl.SSLContext]:
    certificate, key = certificate_for_localhost(folder)
    return (
        server_context(certificate, key, client_ca=certificate),
        client_context(ca=certificate, certificate=certificate, key=key),
        client_context(ca=certificate),
    )


def heard(house: House, tls: ssl.SSLContext) -> bool:
    """Whether a sender with this context gets an answer; TLS 1.3 tells it of a refusal only when it reads."""
    try:
        outsider = house.sender(tls)
        outsider.send(frame(adt("M2")))
        return outsider.socket.recv(1) != b""
    except OSError:
        return False
