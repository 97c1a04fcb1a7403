"""What ends in the middle: a process or its database, before or after a commit, before a request or its reply."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from hospital_bridge.payment.model import Payment
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.workers.job_runner import LEASE
from tests.fixtures_store import Database
from tests.payment.crew import CrewWorld, MemberDied
from tests.payment.world import World
from tests.steered import FakeClock

END_OUR_SESSIONS = """
    SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""


def end_our_sessions(database: Database) -> None:
    """What a PostgreSQL that restarts or fails over does to everybody who works with it."""
    with create_engine(database.engine.url, poolclass=NullPool).begin() as connection:
        connection.execute(text(END_OUR_SESSIONS))


class Crash(BaseException):
    """No handler catches it, as none catches SIGKILL."""


def process_dies(point: int) -> None:
    """The process is gone at this point."""
    raise Crash(f"point {point}")


class Points:
    """Counts the points that a run passes, and strikes once at the chosen one."""

    def __init__(self, strike: Callable[[int], None] = process_dies) -> None:
        self.passed = 0
        self.deadly: int | None = None
        self._strike = strike

    def arm(self, deadly: int | None) -> None:
        self.passed, self.deadly = 0, deadly

    def pass_by(self) -> None:
        self.passed += 1
        if self.passed == self.deadly:
            self._strike(self.passed)


class MortalStore(Store):
    """A store whose process or database may end just before and just after each commit."""

    points: Points

    @contextmanager
    def begin(self, operator_id: str) -> Iterator[Work]:
        with super().begin(operator_id) as work:
            yield work
            self.points.pass_by()
        self.points.pass_by()


class PersistentWorld(World):
    """Each step is repeated by whoever began it until it got through."""

    def survive(self, step: Callable[[], object]) -> None:
        while True:
            try:
                step()
                return
            except Crash:
                self.restart()
            except MemberDied:
                """Its successor has taken up what it held."""
            except OperationalError:
                # The database was away: the process lives on, and what it had leased is free once the lease is over.
                self.clock.advance(LEASE)

    def journey(self, sale_ref: str) -> Payment:
        """Opened, paid, noticed, booked; then cancelled, refunded and reversed."""
        self.survive(lambda: self.open(sale_ref))
        self.survive(self.run)
        payment = next(one for one in self.all_payments() if one.sale_ref == sale_ref)
        while payment.merchant_order_no not in self.wallet.orders:
            self.survive(lambda: self.drain(timedelta(seconds=10)))
        self.wallet.pay(payment.merchant_order_no)
        self.survive(lambda: self.notify(payment))
        self.survive(self.drain)
        self.survive(lambda: self.refund_all(payment))
        self.survive(self.drain)
        return payment

    def all_payments(self) -> list[Payment]:
        with self.store.read("h1") as work:
            return list(work.payments.all())


class MortalWorld(PersistentWorld):
    """A world of one process; each of its deaths is followed by a restart."""

    def __init__(self, store: MortalStore, clock: FakeClock, points: Points | None = None) -> None:
        self.points = store.points = points or Points()
        super().__init__(store, clock)
        self.wallet.line.tap = self.desk.line.tap = self.points.pass_by


class MortalCrewWorld(CrewWorld, PersistentWorld):
    """A world of four processes, each of which may die."""
