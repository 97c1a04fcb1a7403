"""Reconciliation: one run per wallet account and business day, and how far one that is under way has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Column, ColumnElement, Date, Integer, String, Table

from adapters.values import Fen
from hospital_bridge.payment.model import NOTHING
from hospital_bridge.store.choice import choice
from hospital_bridge.store.metadata import CODE, Instant, metadata, operator_column
from hospital_bridge.store.records import columns_of, record_of

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work


class RunState(StrEnum):
    """WAITING: a book is not to be had yet, so the day is not reconciled.

    UNLISTED: the fulfilling system tells no list, so that wallet and ledger were compared, two ways, and no third.
    """

    WAITING = "waiting"
    DONE = "done"
    UNLISTED = "unlisted"


class Step(StrEnum):
    """Which book a run is reading, or that it compares them."""

    BILL = "bill"
    LEDGER = "ledger"
    LIST = "list"
    COMPARE = "compare"


def _fen(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


RECONCILIATION = Table(
    "reconciliation",
    metadata,
    operator_column(),
    Column("wallet_account", CODE, primary_key=True),
    Column("day", Date, primary_key=True),
    *choice("state", RunState),
    Column("matched", Integer, nullable=False),
    _fen("wallet_fen"),
    _fen("ledger_fen"),
    _fen("sale_fen"),
    _fen("fee_fen"),
    _fen("unexplained_fen"),
    Column("reason", String(200), nullable=False),
    Column("run_at", Instant, nullable=False),
)
RECONCILING = Table(
    "reconciling",
    metadata,
    operator_column(),
    Column("wallet_account", CODE, primary_key=True),
    Column("day", Date, primary_key=True),
    *choice("step", Step),
    Column("rows_read", Integer, nullable=False),
    Column("told_at", Instant, nullable=False),
)


CHANNEL = Table(
    "reconciliation_channel",
    metadata,
    operator_column(),
    Column("wallet_account", CODE, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("channel", CODE, primary_key=True),
    Column("payments", Integer, nullable=False),
    _fen("paid_fen"),
    Column("refunds", Integer, nullable=False),
    _fen("refunded_fen"),
    _fen("fee_fen"),
    Column("discount_fen", BigInteger, nullable=False, server_default="0"),
)


@dataclass(frozen=True, slots=True)
class ChannelSums:
    """What a day's bill moved through one channel: the wallet kept `fee_fen`, the merchant gave `discount_fen` off."""

    channel: str
    payments: int
    paid_fen: Fen
    refunds: int
    refunded_fen: Fen
    fee_fen: Fen
    discount_fen: Fen = NOTHING

    @property
    def net_fen(self) -> int:
        """What the merchant's account was credited with."""
        return self.paid_fen - self.refunded_fen - self.fee_fen - self.discount_fen


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The result of one day; net sums in fen (payments less refunds); `unexplained_fen` sums what nothing explains."""

    wallet_account: str
    day: date
    state: RunState
    run_at: datetime
    matched: int = 0
    wallet_fen: Fen = NOTHING
    ledger_fen: Fen = NOTHING
    sale_fen: Fen = NOTHING
    fee_fen: Fen = NOTHING
    unexplained_fen: Fen = NOTHING
    reason: str = ""

    @property
    def is_compared(self) -> bool:
        """Whether it has a result, be it of three books or of two."""
        return self.state is not RunState.WAITING


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How far a run has come that has not ended yet; one that was interrupted stays until the next one ends."""

    wallet_account: str
    day: date
    step: Step
    rows_read: int
    told_at: datetime


class Reconciliations:
    """The reconciliations of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._runs = work.table(RECONCILIATION)
        self._under_way = work.table(RECONCILING)
        self._channels = work.table(CHANNEL)

    def find(self, wallet_account: str, day: date) -> Reconciliation | None:
        """The result of that day, or None when it was never tried."""
        row = self._runs.one(*_of(RECONCILIATION, wallet_account, day))
        return None if row is None else record_of(Reconciliation, row)

    def latest(self, limit: int) -> Sequence[Reconciliation]:
        """The newest days first."""
        newest = [RECONCILIATION.c.day.desc(), RECONCILIATION.c.wallet_account]
        return [record_of(Reconciliation, row) for row in self._runs.all(order_by=newest, limit=limit)]

    def of_day(self, day: date) -> Sequence[Reconciliation]:
        """The results of that day, by account."""
        rows = self._runs.all(RECONCILIATION.c.day == day, order_by=[RECONCILIATION.c.wallet_account])
        return [record_of(Reconciliation, row) for row in rows]

    def under_way(self) -> Sequence[UnderWay]:
        """The runs that have not ended yet."""
        rows = self._under_way.all(order_by=[RECONCILING.c.day, RECONCILING.c.wallet_account])
        return [record_of(UnderWay, row) for row in rows]

    def come_to(self, wallet_account: str, day: date, step: Step, rows_read: int) -> None:
        """Tell how far the run of that day has come."""
        reached = {"step": step, "rows_read": rows_read, "told_at": self._work.now}
        if not self._under_way.change(*_of(RECONCILING, wallet_account, day), **reached):
            self._under_way.add(wallet_account=wallet_account, day=day, **reached)

    def channels(self, wallet_account: str, day: date) -> Sequence[ChannelSums]:
        """What the day's bill moved, by channel."""
        rows = self._channels.all(*_of(CHANNEL, wallet_account, day), order_by=[CHANNEL.c.channel])
        return [record_of(ChannelSums, row) for row in rows]

    def keep(self, run: Reconciliation, channels: Iterable[ChannelSums] = ()) -> None:
        """Record a run that has ended, unless a later one has; its differences stand already."""
        self._under_way.remove(*_of(RECONCILING, run.wallet_account, run.day))
        standing = self.find(run.wallet_account, run.day)
        if standing is None or standing.state is RunState.WAITING or standing.run_at <= run.run_at:
            self._write(run)
            self._channels.remove(*_of(CHANNEL, run.wallet_account, run.day))
            for one in channels:
                self._channels.add(wallet_account=run.wallet_account, day=run.day, **columns_of(one))

    def reckon(self, wallet_account: str, day: date) -> Fen:
        """Say of that day how much its open differences leave unexplained now, and give it."""
        # Whoever compares and whoever explains at one moment come one after the other, so that neither sum is stale.
        self._runs.one(*_of(RECONCILIATION, wallet_account, day), lock=True)
        left = self._work.differences.unexplained_fen(wallet_account, day)
        self._runs.change(*_of(RECONCILIATION, wallet_account, day), unexplained_fen=left)
        return left

    def wait(self, run: Reconciliation) -> None:
        """Record that the books of a day are not to be had; a result that stands already is kept."""
        self._under_way.remove(*_of(RECONCILING, run.wallet_account, run.day))
        standing = self.find(run.wallet_account, run.day)
        if standing is None or standing.state is RunState.WAITING:
            self._write(run)

    def _write(self, run: Reconciliation) -> None:
        values = columns_of(run)
        if not self._runs.change(*_of(RECONCILIATION, run.wallet_account, run.day), **values):
            self._runs.add(**values)


def _of(table: Table, wallet_account: str, day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.wallet_account == wallet_account, table.c.day == day
