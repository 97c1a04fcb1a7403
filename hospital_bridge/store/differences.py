"""Differences between the books of one wallet account's day: each typed, owned and aged, from its first run on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Column, ColumnElement, Date, Index, Row, Table, func, select

from adapters.values import EntryKind, Fen
from hospital_bridge.store.choice import choice
from hospital_bridge.store.metadata import CODE, ID, Instant, as_indexed, metadata, operator_column, where
from hospital_bridge.store.records import columns_of, record_of

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work


class Finding(StrEnum):
    """How the books differ about one entry.

    TIMING: two books put it on neighbouring days. WALLET_ONLY (长款) and LEDGER_ONLY (短款): the bill or our
    ledger lacks it. SALE_TIMING, SALE_ONLY and SALE_MISSING: the same of the fulfilling system's list, whose day may
    end at another hour than ours. UNFULFILLED: paid or refunded, and the fulfilling system has not answered yet.
    PAID_BY_HAND: a refund that the hospital has paid out by itself, which no bill has and two people have approved.
    BANK_AMOUNT: the bank has credited another sum for the day than the wallet's bill comes to.
    """

    TIMING = "timing"
    SALE_TIMING = "sale_timing"
    WALLET_ONLY = "wallet_only"
    LEDGER_ONLY = "ledger_only"
    WALLET_AMOUNT = "wallet_amount"
    SALE_ONLY = "sale_only"
    SALE_MISSING = "sale_missing"
    UNFULFILLED = "unfulfilled"
    SALE_AMOUNT = "sale_amount"
    PAID_BY_HAND = "paid_by_hand"
    BANK_AMOUNT = "bank_amount"


SELF_EXPLAINED = (Finding.TIMING, Finding.SALE_TIMING, Finding.UNFULFILLED, Finding.PAID_BY_HAND)
"""Findings that say by themselves why the books differ today."""


class Clue(StrEnum):
    """What is known beyond the sums, where anything is.

    Of WALLET_ONLY: OURS is an order that was opened here, STRANGER none, NO_CHANNEL one that no rule gives to a till.
    Of LEDGER_ONLY: what the wallet says when it is asked; UNHEARD where it did not answer.
    """

    NONE = ""
    OURS = "ours"
    STRANGER = "stranger"
    NO_CHANNEL = "no_channel"
    CONFIRMED = "confirmed"
    DENIED = "denied"
    UNHEARD = "unheard"


class Progress(StrEnum):
    """OPEN waits for its owner; CLEARED by a later run; EXPLAINED by a person."""

    OPEN = "open"
    CLEARED = "cleared"
    EXPLAINED = "explained"


def _fen(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


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
    Column("seen_by", ID),
    Column("clue", CODE, nullable=False),
    Column("explanation", CODE, nullable=False),
)
_OPEN = "progress = 'open'"
Index("ix_reconciliation_difference_open", DIFFERENCE.c.operator_id, DIFFERENCE.c.found_at, **where(_OPEN))


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
    clue: str = Clue.NONE
    explanation: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same difference in a later run."""
        return (self.finding, self.kind, self.reference)


@dataclass(frozen=True, slots=True)
class OpenDifference:
    """A difference, mostly one that waits for its owner, with the account and business day whose books differ."""

    wallet_account: str
    day: date
    difference: Difference


class Differences:
    """The differences of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(DIFFERENCE)

    def of(self, wallet_account: str, day: date) -> Sequence[Difference]:
        """What was found on that day, ended ones included."""
        order = [DIFFERENCE.c.finding, DIFFERENCE.c.kind, DIFFERENCE.c.reference]
        return [record_of(Difference, row) for row in self._table.all(*_on(wallet_account, day), order_by=order)]

    def open(self, limit: int | None = None) -> Sequence[OpenDifference]:
        """What still waits for its owner, the oldest first."""
        oldest = [DIFFERENCE.c.found_at, DIFFERENCE.c.day, DIFFERENCE.c.wallet_account, DIFFERENCE.c.reference]
        rows = self._table.all(as_indexed(_OPEN), order_by=oldest, limit=limit)
        return [OpenDifference(row.wallet_account, row.day, record_of(Difference, row)) for row in rows]

    def open_count(self) -> int:
        """How many still wait for their owner."""
        mine = DIFFERENCE.c.operator_id == self._work.operator_id
        counted = select(func.count()).select_from(DIFFERENCE).where(mine, as_indexed(_OPEN))
        return int(self._work.connection.execute(counted).scalar_one())

    def unexplained_fen(self, wallet_account: str, day: date) -> Fen:
        """How much money the open differences of that day are about that nothing explains."""
        asked = (DIFFERENCE.c.operator_id == self._work.operator_id, *_on(wallet_account, day))
        open_ = (DIFFERENCE.c.progress == Progress.OPEN, DIFFERENCE.c.finding.not_in(SELF_EXPLAINED))
        summed = func.sum(func.abs(DIFFERENCE.c.ours_fen - DIFFERENCE.c.theirs_fen))
        # PostgreSQL sums up to a decimal number.
        return Fen(int(self._work.connection.execute(select(summed).where(*asked, *open_)).scalar_one() or 0))

    def find_open(self, wallet_account: str, day: date, key: tuple[str, str, str]) -> OpenDifference | None:
        """The one of that key, if it still waits for its owner; no comparison changes it until the transaction ends."""
        is_open = DIFFERENCE.c.progress == Progress.OPEN
        row = self._table.one(*_on(wallet_account, day), *_is(key), is_open, lock=True)
        return None if row is None else OpenDifference(wallet_account, day, record_of(Difference, row))

    def has_open(self, wallet_account: str, day: date, findings: Iterable[Finding], clue: Clue) -> bool:
        """Whether one of those kinds, or with that clue, is open on that day."""
        wanted = DIFFERENCE.c.finding.in_(list(findings)) | (DIFFERENCE.c.clue == clue)
        asked = (wanted, DIFFERENCE.c.progress == Progress.OPEN)
        return bool(self._table.all(*_on(wallet_account, day), *asked, limit=1))

    def cleared(self, wallet_account: str, days: Sequence[date], references: Sequence[str]) -> Sequence[Difference]:
        """Those of the references that one of the days has cleared as a matter of timing."""
        asked = (
            DIFFERENCE.c.wallet_account == wallet_account,
            DIFFERENCE.c.day.in_(days),
            DIFFERENCE.c.reference.in_(references),
            DIFFERENCE.c.finding == Finding.TIMING,
            DIFFERENCE.c.progress == Progress.CLEARED,
        )
        return [record_of(Difference, row) for row in self._table.all(*asked)]

    def changed_after(self, instant: datetime, days: Sequence[date]) -> Sequence[OpenDifference]:
        """Those of the days that were found or have ended after that instant, whatever has become of them."""
        changed = (DIFFERENCE.c.found_at > instant) | (DIFFERENCE.c.ended_at > instant)
        rows = self._table.all(DIFFERENCE.c.day.in_(days), changed)
        return [OpenDifference(row.wallet_account, row.day, record_of(Difference, row)) for row in rows]

    def note(self, wallet_account: str, day: date, found: Sequence[Difference], run_id: str) -> None:
        """Keep what the run of that id has found; what is known from an earlier one keeps owner, age and end.

        What was explained with other sums is open again.
        """
        asked = (*_on(wallet_account, day), DIFFERENCE.c.reference.in_([one.reference for one in found]))
        # Locked, or what a person explains at this moment would be explained with sums that nobody has seen.
        known = self._table.all(*asked, order_by=list(DIFFERENCE.primary_key), lock=True)
        rows = {(row.finding, row.kind, row.reference): row for row in known}
        for one in found:
            row = rows.get(one.key)
            if row is None:
                self._add(wallet_account, day, replace(one, found_at=self._work.now), run_id)
            else:
                self._see_again(wallet_account, day, row, one, run_id)

    def clear_unseen(self, wallet_account: str, day: date, run_id: str) -> None:
        """End what is open, and what that run or a later one has not found any more."""
        unseen = DIFFERENCE.c.seen_by.is_(None) | (DIFFERENCE.c.seen_by < run_id)
        is_open = DIFFERENCE.c.progress == Progress.OPEN
        ended = {"progress": Progress.CLEARED, "ended_at": self._work.now}
        self._table.change(*_on(wallet_account, day), is_open, unseen, **ended)

    def explain(self, one: OpenDifference, owner: str, explanation: str) -> None:
        """A person has settled the difference, with a word of a list."""
        ended = {"progress": Progress.EXPLAINED, "ended_at": self._work.now}
        self._set(one, owner=owner, explanation=explanation, **ended)

    def take_over(self, one: OpenDifference, owner: str) -> None:
        """A person looks into the difference, which stays open."""
        self._set(one, owner=owner)

    def _see_again(self, wallet_account: str, day: date, row: Row[Any], one: Difference, run_id: str) -> None:
        seen_by = run_id if row.seen_by is None else max(row.seen_by, run_id)
        values: dict[str, object] = {name: getattr(one, name) for name in ("ours_fen", "theirs_fen", "clue")}
        values["seen_by"] = seen_by
        if one.progress is Progress.OPEN and _is_open_again(row, one):
            values |= {"progress": Progress.OPEN, "found_at": self._work.now, "ended_at": None, "explanation": ""}
        elif row.progress is Progress.OPEN and one.progress is Progress.CLEARED:
            values |= {"progress": Progress.CLEARED, "ended_at": self._work.now}
        self._table.change(*_on(wallet_account, day), *_is(one.key), **values)

    def _add(self, wallet_account: str, day: date, one: Difference, run_id: str) -> None:
        ended_at = None if one.progress is Progress.OPEN else self._work.now
        values = columns_of(replace(one, ended_at=ended_at))
        self._table.add_later(wallet_account=wallet_account, day=day, seen_by=run_id, **values)

    def _set(self, one: OpenDifference, **values: object) -> None:
        self._table.change(*_on(one.wallet_account, one.day), *_is(one.difference.key), **values)


def _on(wallet_account: str, day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return DIFFERENCE.c.wallet_account == wallet_account, DIFFERENCE.c.day == day


def _is_open_again(row: Row[Any], one: Difference) -> bool:
    """Whether what had ended comes back: cleared, or explained as it stood with other sums."""
    if row.progress is Progress.CLEARED:
        return True
    return row.progress is Progress.EXPLAINED and (row.ours_fen, row.theirs_fen) != (one.ours_fen, one.theirs_fen)


def _is(key: tuple[str, str, str]) -> tuple[ColumnElement[bool], ...]:
    return tuple(
        column == value
        for column, value in zip((DIFFERENCE.c.finding, DIFFERENCE.c.kind, DIFFERENCE.c.reference), key, strict=True)
    )
