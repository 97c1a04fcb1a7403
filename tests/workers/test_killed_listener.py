"""The whole bridge killed with SIGKILL at random: what was acknowledged is there, and was applied once, in its order.

`make kills MESSAGES=20000` plays the same with more messages and writes the figures to var/kills.json.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import MetaData, func, select

from adapters.hl7.mllp import frame
from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.inbox import INBOX_MESSAGE
from hospital_bridge.store.jobs import JOB, JobState
from hospital_bridge.store.unit_of_work import Store
from tests.fixtures_store import Database
from tests.workers.kill_target import EFFECT, EFFECTS

ROOT = Path(__file__).parents[2]
MESSAGES = int(os.environ.get("HB_KILL_MESSAGES", "160"))
SENDERS = 8
KILLS = max(2, MESSAGES // 500)
CLOCK = SystemClock()
_AGAIN = 0.02
_LOOK_AGAIN = 0.02 if MESSAGES < 1000 else 0.5
_LIMIT = float(os.environ.get("HB_KILL_SECONDS") or 60 + MESSAGES / 25)
"""Seconds for one database: a bridge that takes longer than this has failed, whatever it would come to."""
_TOLD_EVERY = 5.0

pytestmark = pytest.mark.timeout(60 + 2 * _LIMIT)


@pytest.fixture
def tables() -> MetaData:
    return EFFECTS


class Sender(Thread):
    """Sends its patient's messages one after the other, each until it is acknowledged, as a hospital's system does."""

    def __init__(self, port: int, number: int, count: int) -> None:
        super().__init__(daemon=True)
        self.acknowledged = 0
        self.sendings = 0
        self._port, self._number, self._count = port, number, count
        self._line: socket.socket | None = None

    def run(self) -> None:
        for number in range(self._count):
            control_id = f"{self._number}-{number:06d}"
            raw = (
                f"MSH|^~\\&|HIS|H1|HB|W|20261123090000||ADT^A08|{control_id}|P|2.5.1\r"
                f"PID|1||{1000 + self._number}^^^HIS^MR||CESHI\rNTE|1||{'x' * 1000}\r"
            ).encode()
            while not self._is_acknowledged(raw, control_id):
                CLOCK.sleep(_AGAIN)
            self.acknowledged += 1
        if self._line is not None:
            self._line.close()

    def _is_acknowledged(self, raw: bytes, control_id: str) -> bool:
        try:
            if self._line is None:
                self._line = socket.create_connection(("127.0.0.1", self._port), 30)
            self.sendings += 1
            self._line.sendall(frame(raw))
            heard = b""
            while not heard.endswith(b"\x1c\r"):
                chunk = self._line.recv(65536)
                if not chunk:
                    raise ConnectionResetError
                heard += chunk
        except OSError:
            if self._line is not None:
                self._line.close()
            self._line = None
            return False
        return f"MSA|AA|{control_id}\r".encode() in heard


class Progress:
    """Tells the full version how far it is, and ends it when its time is over."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._begun = self._told = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun

    def tell(self, words: str) -> None:
        assert self.seconds < _LIMIT, f"{self._database}: {words} within {_LIMIT:g} s"
        if "HB_KILL_MESSAGES" in os.environ and time.monotonic() - self._told >= _TOLD_EVERY:
            self._told = time.monotonic()
            print(f"{self._database} {self.seconds:4.0f} s: {words}", file=sys.__stderr__, flush=True)


@contextmanager
def killed_at_random(url: str, senders: list[Sender], port: int, progress: Progress) -> Iterator[list[int]]:
    """The bridge while the senders send: killed at points without a pattern, and started anew each time."""
    points = sorted({zlib.crc32(b"kill %d" % kill) % (MESSAGES - 1) + 1 for kill in range(KILLS)})
    killed: list[int] = []
    process = _started(url, port)
    try:
        while any(sender.is_alive() for sender in senders):
            done = sum(sender.acknowledged for sender in senders)
            progress.tell(f"{done} acknowledged, {len(killed)} of {len(points) + len(killed)} kills")
            if points and done >= points[0]:
                CLOCK.sleep(zlib.crc32(b"delay %d" % points.pop(0)) % 100 / 10_000)
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed.append(done)
                process = _started(url, port)
            CLOCK.sleep(0.001)
        yield killed
    finally:
        process.kill()
        process.wait()


def _started(url: str, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.workers.listener_target", url, str(port)], cwd=ROOT)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def undone(store: Store) -> str:
    """'' when nothing is left to do, else how much."""
    with store.read("h1") as work:
        waiting = select(func.count()).select_from(JOB).where(JOB.c.state.in_((JobState.READY, JobState.LEASED)))
        left = work.connection.execute(waiting).scalar_one()
    return f"{left} jobs to do" if left else ""


def test_killed_at_random_it_loses_no_message_and_applies_none_twice(database: Database) -> None:
    store = Store(database.engine, None, RandomIds(CLOCK))
    port = free_port()
    senders = [Sender(port, number, MESSAGES // SENDERS) for number in range(SENDERS)]
    progress = Progress(database.name)
    for sender in senders:
        sender.start()
    with killed_at_random(database.url, senders, port, progress) as killed:
        acknowledged = progress.seconds
        while left := undone(store):
            progress.tell(left)
            CLOCK.sleep(_LOOK_AGAIN)
    took = progress.seconds
    with store.read("h1") as work:
        columns = (EFFECT.c.job_id, EFFECT.c.position, INBOX_MESSAGE.c.control_id)
        of_message = INBOX_MESSAGE.c.message_id == EFFECT.c.job_id
        asked = select(*columns).join(INBOX_MESSAGE, of_message).order_by(EFFECT.c.stream_key, EFFECT.c.position)
        applied = work.connection.execute(asked).all()
        kept = [row.control_id for row in work.connection.execute(select(INBOX_MESSAGE.c.control_id))]
    sent = [f"{sender}-{number:06d}" for sender in range(SENDERS) for number in range(MESSAGES // SENDERS)]
    assert len(killed) >= min(KILLS, 2)
    assert Counter(kept) == Counter(sent), "each acknowledged message is kept, and once"
    assert Counter(row.control_id for row in applied) == Counter(sent), "each is applied, and once"
    orders = [[row.control_id for row in applied if row.control_id.startswith(f"{each}-")] for each in range(SENDERS)]
    assert all(order == sorted(order) for order in orders), "each patient's messages are applied in their order"
    _record(database.name, len(killed), sum(sender.sendings for sender in senders), acknowledged, took)


def _record(database: str, kills: int, sendings: int, acknowledged: float, took: float) -> None:
    """The full version's figures, beside each other in one file."""
    if "HB_KILL_MESSAGES" not in os.environ:
        return
    file = ROOT / "var" / "kills.json"
    told = json.loads(file.read_text()) if file.exists() else {}
    figures: dict[str, float] = {"messages": MESSAGES, "kills": kills, "sendings": sendings}
    figures |= {"seconds until acknowledged": round(acknowledged, 1), "seconds until applied": round(took, 1)}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(told | {database: {**figures, "lost": 0, "applied twice": 0}}, indent=2))
