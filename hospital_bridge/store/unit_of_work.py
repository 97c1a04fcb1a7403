"""The unit of work: one operator, one transaction, one instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from copy import copy
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, Engine, Table

from hospital_bridge.clock import Clock, Ids
from hospital_bridge.store.audit import Audit
from hospital_bridge.store.cards import Cards
from hospital_bridge.store.deliveries import Deliveries
from hospital_bridge.store.differences import Differences
from hospital_bridge.store.effects import Effects
from hospital_bridge.store.engine import enter, planned_once, reading, refuse_powerful_login
from hospital_bridge.store.feeds import FeedMarks
from hospital_bridge.store.inbox import Inbox
from hospital_bridge.store.jobs import Jobs, Lane
from hospital_bridge.store.keys import KeyMissing, RootKeys
from hospital_bridge.store.ledger import Ledger
from hospital_bridge.store.link_checks import LinkChecks
from hospital_bridge.store.messages import Messages
from hospital_bridge.store.operators import Operators
from hospital_bridge.store.payments import Payments
from hospital_bridge.store.periodic import PeriodicRuns
from hospital_bridge.store.queue_events import QueueEvents
from hospital_bridge.store.queue_figures import QueueFigures
from hospital_bridge.store.queue_lines import QueueLines
from hospital_bridge.store.queue_tickets import QueueTickets
from hospital_bridge.store.reconciliation import Reconciliations
from hospital_bridge.store.refunds import Refunds
from hospital_bridge.store.routing import all_operators, due_operators, leasing_operators
from hospital_bridge.store.seal import Sealer
from hospital_bridge.store.security_events import SecurityEvents
from hospital_bridge.store.signal import Signals
from hospital_bridge.store.subjects import Subjects
from hospital_bridge.store.tenant_table import TenantTable, TenantTables
from hospital_bridge.store.turn import Turn
from hospital_bridge.store.wallet_cards import WalletCards
from hospital_bridge.store.wallet_users import WalletUsers
from hospital_bridge.store.webhooks import Webhooks


class Work:
    """Everything that one transaction of one operator may touch."""

    def __init__(
        self, connection: Connection, operator_id: str, now: datetime, ids: Ids, signals: Signals, keys: RootKeys | None
    ) -> None:
        self.connection = connection
        self.operator_id = operator_id
        self.now = now
        self.ids = ids
        self.signals = signals
        self.keys = keys
        self.after_commit: set[Callable[[], None]] = set()
        self.tables = TenantTables(connection, operator_id)

    @contextmanager
    def savepoint(self) -> Iterator[Work]:
        """A part that may fail by itself: its changes are undone and nothing it remembered outlives it."""
        part = Work(self.connection, self.operator_id, self.now, self.ids, self.signals, self.keys)
        if self.keys is not None:
            part.seal.data_keys.share(self.seal.data_keys)
        with self.connection.begin_nested():
            yield part
            part.tables.write()
        self.tables.forget_ahead()
        self.after_commit |= part.after_commit

    def table(self, table: Table) -> TenantTable:
        """The table as this operator sees it."""
        return self.tables.of(table)

    @cached_property
    def operators(self) -> Operators:
        """This operator's own row."""
        return Operators(self)

    @cached_property
    def jobs(self) -> Jobs:
        """What is to follow this change."""
        return Jobs(self)

    @cached_property
    def periodic_runs(self) -> PeriodicRuns:
        """Which periodic runs were started."""
        return PeriodicRuns(self)

    @cached_property
    def seal(self) -> Sealer:
        """Seals and opens personal data."""
        if self.keys is None:
            raise KeyMissing("this store was opened without a root key")
        return Sealer(self, self.keys)

    @cached_property
    def inbox(self) -> Inbox:
        """Received messages."""
        return Inbox(self)

    @cached_property
    def audit(self) -> Audit:
        """Who did what."""
        return Audit(self)

    @cached_property
    def security_events(self) -> SecurityEvents:
        """What somebody should look at."""
        return SecurityEvents(self)

    @cached_property
    def link_checks(self) -> LinkChecks:
        """How the outside systems last answered."""
        return LinkChecks(self)

    @cached_property
    def feed_marks(self) -> FeedMarks:
        """How far the hospital's feeds were fetched."""
        return FeedMarks(self)

    @cached_property
    def subjects(self) -> Subjects:
        """People, their record numbers and who may act for them."""
        return Subjects(self)

    @cached_property
    def wallet_users(self) -> WalletUsers:
        """Wallet users and their consents."""
        return WalletUsers(self)

    @cached_property
    def messages(self) -> Messages:
        """What wallet users were told."""
        return Messages(self)

    @cached_property
    def webhooks(self) -> Webhooks:
        """What systems are told."""
        return Webhooks(self)

    @cached_property
    def deliveries(self) -> Deliveries:
        """What is being handed over to the outside."""
        return Deliveries(self)

    @cached_property
    def payments(self) -> Payments:
        """What is owed and collected."""
        return Payments(self)

    @cached_property
    def refunds(self) -> Refunds:
        """What goes back."""
        return Refunds(self)

    @cached_property
    def effects(self) -> Effects:
        """What was asked of the outside, and whether it happened."""
        return Effects(self)

    @cached_property
    def ledger(self) -> Ledger:
        """Where the money stands."""
        return Ledger(self)

    @cached_property
    def cards(self) -> Cards:
        """Coupons, tickets, memberships and passes."""
        return Cards(self)

    @cached_property
    def wallet_cards(self) -> WalletCards:
        """Which cards stand in wallets too."""
        return WalletCards(self)

    @cached_property
    def queue_lines(self) -> QueueLines:
        """Lines and desks."""
        return QueueLines(self)

    @cached_property
    def queue_events(self) -> QueueEvents:
        """What happened in the lines."""
        return QueueEvents(self)

    @cached_property
    def queue_tickets(self) -> QueueTickets:
        """Who stands where in the lines."""
        return QueueTickets(self)

    @cached_property
    def queue_figures(self) -> QueueFigures:
        """How long services take, and how good the forecasts were."""
        return QueueFigures(self)

    @cached_property
    def differences(self) -> Differences:
        """Where the three books differ."""
        return Differences(self)

    @cached_property
    def reconciliations(self) -> Reconciliations:
        """What the three books said of each other."""
        return Reconciliations(self)


class Store:
    """Opens units of work; without a `clock` each takes the database's time, as production does.

    `keys` seal personal data; a store without them can do everything else.
    """

    def __init__(self, engine: Engine, clock: Clock | None, ids: Ids, keys: RootKeys | None = None) -> None:
        self.engine = engine
        self.signals = Signals(Lane)
        # SQLite has one writer, and its own waiting is unfair: here the threads of a process queue up.
        self._turn: AbstractContextManager[object] = Turn() if engine.dialect.name == "sqlite" else nullcontext()
        self._clock = clock
        self._ids = ids
        self._keys = keys
        self.before_commit: Callable[[Work], None] = _commit_freely
        self._guard: ContextVar[Callable[[Work], None]] = ContextVar("guard", default=_commit_freely)

    def check(self) -> None:
        """Refuse to start on a database that may lose a commit, or with a login that sees every operator."""
        with reading(self.engine) as connection, connection.begin():
            refuse_powerful_login(connection)

    def checking(self, check: Callable[[Work], None]) -> Store:
        """The same store, whose writing units of work commit only if `check` does not raise."""
        guarded = copy(self)
        guarded.before_commit = check
        return guarded

    def by_keys(self) -> Store:
        """The same store for units of work that ask for nothing but by an index: PostgreSQL plans them once."""
        planned = copy(self)
        planned.engine = planned_once(self.engine)
        return planned

    @contextmanager
    def guarding(self, check: Callable[[Work], None]) -> Iterator[None]:
        """While the block runs, this thread's writing units of work commit only if `check` does not raise."""
        before = self._guard.set(check)
        try:
            yield
        finally:
            self._guard.reset(before)

    @contextmanager
    def begin(self, operator_id: str) -> Iterator[Work]:
        """A writing unit of work; it commits when the block ends well."""
        with self._turn, self.engine.begin() as connection:
            work = self._open(connection, operator_id)
            yield work
            self.before_commit(work)
            self._guard.get()(work)
            work.tables.write()
        for action in work.after_commit:
            action()

    @contextmanager
    def read(self, operator_id: str) -> Iterator[Work]:
        """A reading unit of work; the database refuses a write in it."""
        with reading(self.engine) as connection, connection.begin():
            yield self._open(connection, operator_id)

    def operator_ids(self) -> list[str]:
        """Every registered operator."""
        with reading(self.engine) as connection, connection.begin():
            return all_operators(connection)

    def due_operators(self, lane: str) -> list[str]:
        """The operators that have a job of that lane to run now."""
        with reading(self.engine) as connection, connection.begin():
            return due_operators(connection, lane, self._now(connection, ""))

    def leasing_operators(self, worker: str) -> list[str]:
        """The operators whose jobs are leased to that worker."""
        with reading(self.engine) as connection, connection.begin():
            return leasing_operators(connection, worker)

    def _now(self, connection: Connection, operator_id: str) -> datetime:
        database_time = enter(connection, operator_id)
        return self._clock.now() if self._clock else database_time

    def _open(self, connection: Connection, operator_id: str) -> Work:
        now = self._now(connection, operator_id)
        return Work(connection, operator_id, now, self._ids, self.signals, self._keys)


def _commit_freely(_work: Work) -> None:
    pass
