"""What a known peer does wrong on the wire is seen by people, however often it happens; over real sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from threading import Event

import pytest

from adapters.hl7.ack import Stamp, decide_ack
from adapters.hl7.mllp import frame
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.workers.listener import Listener
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from hospital_bridge.workers.wire_watch import FRAMING_FAULT, MOST_A_MINUTE, WireWatch
from tests.steered import FakeClock

ADT = b"MSH|^~\\&|HIS|H1|HB|H1|20260101080000||ADT^A28^ADT_A05|M1|P|2.5.1\rPID|1||100^^^^CANARY\r"
LARGEST = 1000


@pytest.fixture
def listener(store: Store, clock: FakeClock) -> Iterator[Listener]:
    settings = ListenerSettings("127.0.0.1", 0, (Peer("h1/his"),), max_message=LARGEST, read_timeout=1, end_timeout=0.1)
    stamp = Stamp("A", clock.now(), clock.now().tzinfo)  # type: ignore[arg-type]  # an aware instant has a zone
    standing = Listener(
        settings,
        lambda batch: [decide_ack(each.raw, stored=True, stamp=stamp).body for each in batch],
        clock,
        WireWatch(store, clock),
    )
    standing.start()
    yield standing
    standing.stop()


def send(listener: Listener, wire: bytes) -> None:
    """Send and let the listener close the connection."""
    with socket.create_connection(("127.0.0.1", listener.state().port), 10) as peer, suppress(ConnectionResetError):
        peer.sendall(wire)
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(65536):
            pass


def wait_until(holds: Callable[[], bool]) -> None:
    """Return once it holds; the suite's time limit is the failure."""
    while not holds():
        Event().wait(0.001)


def kept(store: Store) -> list[tuple[str, str, str]]:
    with store.read("h1") as work:
        return [(row.kind, row.source, row.detail) for row in work.security_events.latest()]


@pytest.mark.parametrize(
    ("wire", "fault"),
    [
        (b"GET / HTTP/1.1 CANARY\r\n\r\n", "bytes outside a frame"),
        (b"\x0b" + ADT, "the connection ended inside a frame"),
        (b"\x0b" + ADT + frame(ADT), "a frame began inside a frame"),
        (b"\x0b" + ADT + LARGEST * b"X", "a frame beyond the size limit"),
    ],
)
def test_broken_frames_of_a_known_peer_are_security_events(
    listener: Listener, store: Store, wire: bytes, fault: str
) -> None:
    send(listener, wire)
    wait_until(lambda: bool(kept(store)))
    [(kind, source, detail)] = kept(store)
    assert (kind, source) == (FRAMING_FAULT, "h1/his")
    assert fault in detail
    assert "127.0.0.1" in detail
    assert "CANARY" not in detail


def test_a_peer_gone_mad_fills_no_table(listener: Listener, store: Store, clock: FakeClock) -> None:
    for _ in range(3 * MOST_A_MINUTE):
        send(listener, b"noise")
    wait_until(lambda: len(kept(store)) == MOST_A_MINUTE)
    clock.advance(timedelta(minutes=1))
    send(listener, b"noise")
    wait_until(lambda: len(kept(store)) > MOST_A_MINUTE)
    assert len(kept(store)) == MOST_A_MINUTE + 1


def test_a_peer_that_speaks_well_and_hangs_up_is_no_event(listener: Listener, store: Store) -> None:
    send(listener, frame(ADT))
    send(listener, b"noise")
    wait_until(lambda: bool(kept(store)))
    assert len(kept(store)) == 1
