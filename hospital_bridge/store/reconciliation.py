"""Reconciliation: one run per wallet account and business day, and the differences that it found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Column, Date, Integer, String, Table

from adapters.values import EntryKind, Fen
from hospital_bridge.payment.model import NOTHING
from hospital_bridge.store.choice import choice
from hospital_bridge.store.metadata import CODE, Instant, metadata, operator_column
from hospital_bridge.store.records import columns_of, record_of

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work


class RunState(StrEnum):
    """WAITING: a book is not to be had yet, so the day is not reconciled."""

    WAITING = "waiting"
    DONE = "done"


class Finding(StrEnum):
    """How the books differ about one entry.

    TIMING: two books put it on neighbouring days. WALLET_ONLY (长款) and LEDGER_ONLY (短款): the bill or our
    ledger lacks it. SALE_ONLY and SALE_MISSING: the same of the fulfilling system's list. UNFULFILLED: paid
    or refunded, and the fulfilling system has not answered yet.
    """

    TIMING = "timing"
    WALLET_ONLY = "wallet_only"
    LEDGER_ONLY = "ledger_only"
    WALLET_AMOUNT = "wallet_amount"
    SALE_ONLY = "sale_only"
    SALE_MISSING = "sale_missing"
    UNFULFILLED = "unfulfilled"
    SALE_AMOUNT = "sale_amount"


class Progress(StrEnum):
    """OPEN waits for its owner; CLEARED by a later run; EXPLAINED by a person."""

    OPEN = "open"
    CLEARED = "cleared"
    EXPLAINED = "explained"


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
DIFFERENCE = Table(
    "reconciliation_difference",
    metadata,
    operator_column(),
    Column("wallet_account", CODE, primary_key=True),
    Column("day", Date, primary_key=True),
    *choice("finding", Finding, primary_key=True),
    *choice("kind", EntryKind, primary_key=True),
    Column("reference", CODE, primary_key=True),
    _fen("ours_fen"),
    _fen("theirs_fen"),
    *choice("progress", Progress),
    Column("owner", CODE, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("ended_at", Instant),
)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The result of one day; net sums in fen (payments less refunds); `unexplained_fen` sums what differs."""

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


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry on which two books differ; `reference` is an order, refund or posting number."""

    finding: Finding
    kind: EntryKind
    reference: str
    ours_fen: Fen
    theirs_fen: Fen
    progress: Progress = Progress.OPEN
    owner: str = "finance"
    found_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same difference in a later run."""
        return (self.finding, self.kind, self.reference)


@dataclass(frozen=True, slots=True)
class OpenDifference:
    """A difference that waits for its owner, with the account and business day whose books differ."""

    wallet_account: str
    day: date
    difference: Difference


class Reconciliations:
    """The reconciliations of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._runs = work.table(RECONCILIATION)
        self._differences = work.table(DIFFERENCE)

    def find(self, wallet_account: str, day: date) -> Reconciliation | None:
        """The result of that day, or None when it was never tried."""
        row = self._runs.one(RECONCILIATION.c.wallet_account == wallet_account, RECONCILIATION.c.day == day)
        return None if row is None else record_of(Reconciliation, row)

    def differences(self, wallet_account: str, day: date) -> Sequence[Difference]:
        """What was found on that day, ended ones included."""
        mine = (DIFFERENCE.c.wallet_account == wallet_account, DIFFERENCE.c.day == day)
        order = [DIFFERENCE.c.finding, DIFFERENCE.c.kind, DIFFERENCE.c.reference]
        return [record_of(Difference, row) for row in self._differences.all(*mine, order_by=order)]

    def open_differences(self) -> Sequence[Difference]:
        """Everything that still waits for its owner, the oldest first."""
        rows = self._differences.all(DIFFERENCE.c.progress == Progress.OPEN, order_by=[DIFFERENCE.c.found_at])
        return [record_of(Difference, row) for row in rows]

    def still_open(self) -> Sequence[OpenDifference]:
        """As `open_differences`, each with its account and day."""
        rows = self._differences.all(DIFFERENCE.c.progress == Progress.OPEN, order_by=[DIFFERENCE.c.found_at])
        return [OpenDifference(row.wallet_account, row.day, record_of(Difference, row)) for row in rows]

    def latest(self, limit: int) -> Sequence[Reconciliation]:
        """The newest days first."""
        newest = [RECONCILIATION.c.day.desc(), RECONCILIATION.c.wallet_account]
        return [record_of(Reconciliation, row) for row in self._runs.all(order_by=newest, limit=limit)]

    def keep(self, run: Reconciliation, found: Iterable[Difference]) -> None:
        """Record a run; differences known from an earlier run keep owner and age, vanished ones are cleared."""
        self._write(run)
        known = {difference.key: difference for difference in self.differences(run.wallet_account, run.day)}
        present = {difference.key: difference for difference in found}
        for key, difference in present.items():
            if key not in known:
                self._add(run, replace(difference, found_at=self._work.now))
            elif known[key].progress is Progress.CLEARED:
                self._set(run, difference, difference.progress)
        for key, difference in known.items():
            if key not in present and difference.progress is Progress.OPEN:
                self._set(run, difference, Progress.CLEARED)

    def explain(self, run: Reconciliation, difference: Difference, owner: str) -> None:
        """A person has settled the difference."""
        self._set(run, replace(difference, owner=owner), Progress.EXPLAINED)

    def take_over(self, run: Reconciliation, difference: Difference, owner: str) -> None:
        """A person looks into the difference, which stays open."""
        self._set(run, replace(difference, owner=owner), Progress.OPEN)

    def wait(self, run: Reconciliation) -> None:
        """Record that the books of a day are not to be had; a result that stands already is kept."""
        standing = self.find(run.wallet_account, run.day)
        if standing is None or standing.state is RunState.WAITING:
            self._write(run)

    def _write(self, run: Reconciliation) -> None:
        values = columns_of(run)
        where = (RECONCILIATION.c.wallet_account == run.wallet_account, RECONCILIATION.c.day == run.day)
        if not self._runs.change(*where, **values):
            self._runs.add(**values)

    def _add(self, run: Reconciliation, difference: Difference) -> None:
        self._differences.add(wallet_account=run.wallet_account, day=run.day, **columns_of(difference))

    def _set(self, run: Reconciliation, difference: Difference, progress: Progress) -> None:
        ended_at = None if progress is Progress.OPEN else self._work.now
        self._differences.change(
            DIFFERENCE.c.wallet_account == run.wallet_account,
            DIFFERENCE.c.day == run.day,
            DIFFERENCE.c.finding == difference.finding,
            DIFFERENCE.c.kind == difference.kind,
            DIFFERENCE.c.reference == difference.reference,
            progress=progress,
            owner=difference.owner,
            ended_at=ended_at,
        )
