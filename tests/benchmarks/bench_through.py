"""HL7 messages through to their effect on PostgreSQL: received, mapped, the report or the visit stored, jobs committed.

The bridge is two processes, as on a machine with two cores: one receives, one applies. Senders in closed loop share the
machine with them and the database; processor time is of both processes, memory of the larger one.
Patients have no wallet, so nothing is told to anybody. `THROUGH_ROWS=200000` first lets that many messages in, to see
whether the rate stays what it was.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, func, select

from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.stage import OPERATOR, Ports, Stage
from hospital_bridge.store.engine import enter, make_engine
from hospital_bridge.store.inbox import APPLY, INBOX_MESSAGE, TAKE_UP
from hospital_bridge.store.jobs import JOB, JobState
from tests.benchmarks.bench_registrations import DATABASES
from tests.benchmarks.durable_commits import one_row_commits
from tests.benchmarks.process_figures import processor_seconds, resident_mib

Row = dict[str, object]

_ROOT = Path(__file__).parents[2]
_SENDERS = 8
_SECONDS = 4.0
_ROUNDS = 3
_WAIT = 0.1


def run() -> list[Row]:
    """Messages/s from the first byte to the last effect; `ratio` is to bare one-row commits of the same database."""
    with tempfile.TemporaryDirectory() as folder, DATABASES["PostgreSQL"](Path(folder)) as urls:
        with _Apart(Path(folder), SystemClock(), charset="UNICODE UTF-8", ports=Ports(), database_urls=urls) as stage:
            engine = make_engine(urls[0])
            rows = list(_measure(stage, engine, one_row_commits(urls[1])))
            engine.dispose()
        return rows


class _Apart(Stage):
    """A bridge whose worker is a process of its own."""

    roles = ("--role", "web", "--role", "listener")

    def start(self) -> None:
        self._worker = self._launched(["serve", "--role", "worker"])
        super().start()

    def stop(self) -> None:
        super().stop()
        self._worker.terminate()
        self._worker.wait(30)

    @property
    def process_ids(self) -> tuple[int, int]:
        return self.process_id, self._worker.pid


def _measure(stage: _Apart, engine: Engine, commits: float) -> Iterator[Row]:
    for turn in range(_ROUNDS):
        if turn == _ROUNDS - 1:
            _fill(stage, engine, int(os.environ.get("THROUGH_ROWS", "0")))
        before, spent = _kept(engine), sum(map(processor_seconds, stage.process_ids))
        begun = time.perf_counter()
        _send(stage, _SECONDS)
        _until_all_are_applied(engine)
        took = time.perf_counter() - begun
        count = _kept(engine) - before
        spent = sum(map(processor_seconds, stage.process_ids)) - spent
        name = f"through to the effect, from {before:,} messages on"
        yield _row(name, count / took, "messages/s") | {"ratio": round(count / took / commits, 2), "against": "commits"}
        yield _row(f"{name}: processor time of the bridge", spent / count * 1000, "ms")
        yield _row(f"{name}: memory of the bridge", max(map(resident_mib, stage.process_ids)), "MiB")


def _row(name: str, value: float, unit: str) -> Row:
    return {"name": name, "value": round(value, 3 if unit == "ms" else 0), "unit": unit}


def _fill(stage: Stage, engine: Engine, rows: int) -> None:
    while _kept(engine) < rows:
        _send(stage, 30.0)
        _until_all_are_applied(engine)


def _send(stage: Stage, seconds: float) -> None:
    port = str(stage.listener_address[1])
    command = [sys.executable, "-m", "tests.benchmarks.mllp_load", port, str(_SENDERS), str(seconds), "results"]
    subprocess.run(command, cwd=_ROOT, check=True, capture_output=True)


def _kept(engine: Engine) -> int:
    with engine.begin() as connection:
        enter(connection, OPERATOR)
        return int(connection.execute(select(func.count()).select_from(INBOX_MESSAGE)).scalar_one())


def _until_all_are_applied(engine: Engine) -> None:
    received = (JOB.c.topic.in_((TAKE_UP, APPLY)), JOB.c.state == JobState.READY.value)
    waiting = select(JOB.c.job_id).where(*received).limit(1)
    while True:
        with engine.begin() as connection:
            enter(connection, OPERATOR)
            if connection.execute(waiting).first() is None:
                return
        SystemClock().sleep(_WAIT)
