"""One process of the bridge, built as production builds it, that dies at any commit or send when fate says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, event

from adapters.values import Acknowledgement
from hospital_bridge.bootstrap import Bridge, Outside, build
from hospital_bridge.facade import OperatorScope
from hospital_bridge.handlers import handlers_of
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.notice import receive_notice
from hospital_bridge.settings import Settings
from hospital_bridge.store.jobs import Lane
from hospital_bridge.workers.job_runner import JobRunner
from tests.simulation.fate import SimCrash
from tests.simulation.names import ACCOUNT, OPERATOR

PROCESS = "simulated_process"
THREADS = 3
BATCH = 10


class Process:
    """From its start to its death; whatever still runs in a dead one can neither commit nor send."""

    def __init__(
        self, name: str, strikes: Callable[[str], bool], buried: Callable[[Process], None], is_due: Callable[[], bool]
    ) -> None:
        self.name = name
        self.alive = True
        self.wakes_at: datetime | None = None
        self._strikes = strikes
        self._buried = buried
        self._is_due = is_due
        self._busy = 0

    def start(self, settings: Settings, outside: Outside, engine: Engine, rng: Random) -> None:
        """Put the bridge together and free what the last incarnation held; SimCrash when it dies of that."""
        # One pool and one statement cache serve every incarnation; each is known by its option.
        self._engine = engine.execution_options(**{PROCESS: self})
        self.bridge: Bridge = build(settings, outside, engine=self._engine)
        self._runner = JobRunner(self.bridge.store, handlers_of(self.bridge), self.name, rng.random)
        self._runner.recover()

    @property
    def scope(self) -> OperatorScope:
        """What the pages of the hospital are given."""
        return self.bridge.operators[OPERATOR].scopes["hospital"]

    @property
    def money(self) -> MoneyContext:
        """What the callbacks of the wallet are given."""
        return self.bridge.operators[OPERATOR].money

    @property
    def in_transaction(self) -> bool:
        """Whether a connection is held at this moment."""
        return bool(self._engine.pool.checkedout())  # type: ignore[attr-defined]  # both engines pool by queue

    def point(self, what: str) -> None:
        """A place where a process may die."""
        self.must_live()
        if self._strikes(what):
            self.die()
            raise SimCrash(f"{self.name} {what}")

    def must_live(self) -> None:
        """SimCrash in whatever a dead process still tries."""
        if not self.alive:
            raise SimCrash(self.name)

    def die(self) -> None:
        """Memory and connections are gone."""
        if self.alive:
            self.alive = False
            self._buried(self)

    @property
    def has_time(self) -> bool:
        """Whether it lives and a thread of it waits for work."""
        return self.alive and self._busy < THREADS

    def work(self) -> None:
        """Run what is due, as one thread of the workers would."""
        if not self.has_time:
            return
        self._busy += 1
        try:
            for _ in range(BATCH):
                # A look at the jobs that finds none changes nothing, and costs as much as a page.
                if not self._is_due() or not self._runner.run_once(Lane.TX) + self._runner.run_once(Lane.IO):
                    break
        finally:
            self._busy -= 1

    def take_notice(self, body: bytes, headers: Mapping[str, str]) -> Acknowledgement:
        """What the callback route does with a wallet's notice."""
        self.must_live()
        return receive_notice(self.money, ACCOUNT, body, headers)

    def renew(self) -> None:
        """Keep the leases of what is running."""
        self.must_live()
        self._runner.renew()


def watch_commits(engine: Engine) -> None:
    """Let a process die before and after every commit of a writing transaction of its engine."""
    writing: list[Process] = []
    commit = engine.dialect.do_commit

    def begin(connection: Connection) -> None:
        if (process := _process_of(connection)) is not None:
            process.must_live()

    def before(connection: Connection) -> None:
        process = _process_of(connection)
        if process is not None and not connection.get_execution_options().get("hb_read_only", False):
            process.point("before commit")
            writing.append(process)

    def do_commit(dbapi_connection: Any) -> None:
        commit(dbapi_connection)
        if writing:
            writing.pop().point("after commit")

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", before)
    setattr(engine.dialect, "do_commit", do_commit)  # noqa: B010  a method of this engine's own dialect object


def _process_of(connection: Connection) -> Process | None:
    process: Process | None = connection.get_execution_options().get(PROCESS)
    return process
