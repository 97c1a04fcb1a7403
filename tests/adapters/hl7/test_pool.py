from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import pytest

from adapters.errors import Busy, OutcomeUnknown
from adapters.hl7.ack import Stamp, decide_ack
from adapters.hl7.message import Message
from adapters.hl7.mllp import Framer, frame
from adapters.hl7.pool import LinkPool
from adapters.hl7.sender import MllpClient

GENEROUS = 30


def adt(control_id: str) -> bytes:
    return f"MSH|^~\\&|HB|W|HIS|H1|2026||ADT^A28^ADT_A05|{control_id}|P|2.5.1\r".encode()


def ack(message: bytes) -> bytes:
    return decide_ack(message, stored=True, stamp=Stamp("A", datetime(2026, 1, 1, tzinfo=UTC), UTC)).body


class BusyHospital:
    """A listener of many connections that keeps every answer back until it is told to speak."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._opened: list[socket.socket] = []
        self._under_way: dict[socket.socket, int] = {}
        self._changed = threading.Condition()
        self.speaks = threading.Event()
        self.most_under_way_on_one = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def connections(self) -> int:
        return len(self._opened)

    def wait_for_messages(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: sum(self._under_way.values()) >= count, GENEROUS)

    def stop(self) -> None:
        self.speaks.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        for connection in self._opened:
            connection.close()
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self._opened.append(connection)
                self._under_way[connection] = 0
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        framer = Framer()
        with suppress(OSError):
            while chunk := connection.recv(65536):
                for each in framer.feed(chunk):
                    self._count(connection, 1)
                    threading.Thread(target=self._answer, args=(connection, each.payload), daemon=True).start()

    def _answer(self, connection: socket.socket, message: bytes) -> None:
        assert self.speaks.wait(GENEROUS)
        self._count(connection, -1)
        with suppress(OSError):
            connection.sendall(frame(ack(message)))

    def _count(self, connection: socket.socket, change: int) -> None:
        with self._changed:
            self._under_way[connection] += change
            self.most_under_way_on_one = max(self.most_under_way_on_one, self._under_way[connection])
            self._changed.notify_all()


@pytest.fixture
def hospital() -> Iterator[BusyHospital]:
    there = BusyHospital()
    yield there
    there.stop()


def pool_to(
    there: BusyHospital, *, connections: int, queue_timeout: float = GENEROUS, reply: float = GENEROUS
) -> LinkPool:
    return LinkPool(partial(MllpClient, "127.0.0.1", there.port, 10, reply), connections, queue_timeout)


def sent(pool: LinkPool, crowd: ThreadPoolExecutor, names: list[str]) -> dict[str, Future[bytes]]:
    return {name: crowd.submit(pool.exchange, adt(name)) for name in names}


def test_messages_travel_side_by_side_one_on_each_connection(hospital: BusyHospital) -> None:
    pool = pool_to(hospital, connections=4)
    with ThreadPoolExecutor(8) as crowd:
        answers = sent(pool, crowd, [f"M{number}" for number in range(8)])
        assert hospital.wait_for_messages(4), "four messages are under way before any is answered"
        hospital.speaks.set()
        got = {name: Message.parse(future.result(GENEROUS))["MSA-2"] for name, future in answers.items()}
    pool.close()
    assert got == {name: name for name in answers}
    assert hospital.connections == 4
    assert hospital.most_under_way_on_one == 1


def test_who_finds_no_free_connection_hears_that_the_hospital_is_busy(hospital: BusyHospital) -> None:
    pool = pool_to(hospital, connections=2, queue_timeout=0.05)
    with ThreadPoolExecutor(2) as crowd:
        patient = sent(pool, crowd, ["M1", "M2"])
        assert hospital.wait_for_messages(2)
        with pytest.raises(Busy):
            pool.exchange(adt("M3"))
        assert not any(future.done() for future in patient.values()), "those before it are still served"
        hospital.speaks.set()
        assert all(future.result(GENEROUS) for future in patient.values())
    pool.close()


def test_a_timeout_closes_its_connection_and_leaves_the_others(hospital: BusyHospital) -> None:
    pool = pool_to(hospital, connections=2, reply=0.1)
    with pytest.raises(OutcomeUnknown, match="nothing within"):
        pool.exchange(adt("LATE"))
    hospital.speaks.set()
    assert Message.parse(pool.exchange(adt("NEXT")))["MSA-2"] == "NEXT"
    pool.close()
    assert hospital.connections == 2


def test_one_patient_at_a_time_needs_one_connection(hospital: BusyHospital) -> None:
    hospital.speaks.set()
    pool = pool_to(hospital, connections=4)
    assert [Message.parse(pool.exchange(adt(f"M{number}")))["MSA-2"] for number in range(3)] == ["M0", "M1", "M2"]
    pool.close()
    assert hospital.connections == 1


def test_closing_breaks_off_idle_connections_now_and_busy_ones_after_their_answer(hospital: BusyHospital) -> None:
    pool = pool_to(hospital, connections=2)
    with ThreadPoolExecutor(1) as crowd:
        under_way = sent(pool, crowd, ["M1"])["M1"]
        assert hospital.wait_for_messages(1)
        pool.close()
        hospital.speaks.set()
        assert Message.parse(under_way.result(GENEROUS))["MSA-2"] == "M1"
    assert Message.parse(pool.exchange(adt("M2")))["MSA-2"] == "M2"
    pool.close()
    assert hospital.connections == 2, "the second message opened a connection of its own"
