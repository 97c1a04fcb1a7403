"""One living process per worker name: the second is refused, and a dead one's successor begins at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from hospital_bridge.errors import BridgeError
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.worker_name import WorkerName
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from hospital_bridge.workers.worker import Worker
from tests.fixtures_store import Database
from tests.workers.test_worker import open_store

HOLDER = """
import sys, threading
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.worker_name import WorkerName
name = WorkerName(make_engine(sys.argv[1]), "w1")
name.take()
print("held", flush=True)
threading.Event().wait()
"""


@pytest.fixture
def holder(database: Database) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the name w1."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, database.url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_living_process_is_refused_until_the_first_is_killed(
    database: Database, holder: subprocess.Popen[str]
) -> None:
    engine = make_engine(database.url)
    name = WorkerName(engine, "w1")
    with pytest.raises(BridgeError) as refused:
        name.take(patience=0)
    assert refused.value.code == "HB-D005"
    free = WorkerName(engine, "w2")
    free.take(patience=0)
    free.release()
    holder.kill()
    name.take()
    name.keep()
    name.release()
    engine.dispose()


def test_a_worker_holds_its_name_while_it_runs(database: Database) -> None:
    store = open_store(database)
    worker = Worker(store, JobRunner(store, Handlers(), "w1"), {Lane.IO: 1})
    another = WorkerName(store.engine, "w1")
    worker.start()
    with pytest.raises(BridgeError):
        another.take(patience=0)
    assert worker.stop()
    another.take(patience=0)
    another.release()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_name_whose_connection_broke_is_taken_again(database: Database) -> None:
    engine = make_engine(database.url)
    name = WorkerName(engine, "w1")
    name.take()
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
    name.keep()
    with pytest.raises(BridgeError):
        WorkerName(engine, "w1").take(patience=0)
    name.release()
    engine.dispose()
