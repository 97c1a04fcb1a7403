"""Daily statements that finance has signed: kept for good, never changed, each with the digest of what was signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Column, Date, String, Table, Text, func, select

from adapters.values import Fen
from hospital_bridge.store.metadata import APPEND_ONLY, CODE, Instant, metadata, operator_column
from hospital_bridge.store.records import columns_of, record_of

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work


def _fen(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


STATEMENT = Table(
    "statement",
    metadata,
    operator_column(),
    Column("day", Date, primary_key=True),
    Column("content", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("signed_by", CODE, nullable=False),
    Column("signed_at", Instant, nullable=False),
    info=APPEND_ONLY,
)
STATEMENT_LINE = Table(
    "statement_line",
    metadata,
    operator_column(),
    Column("day", Date, primary_key=True),
    Column("about_day", Date, primary_key=True),
    Column("wallet_account", CODE, primary_key=True),
    _fen("wallet_fen"),
    _fen("ledger_fen"),
    _fen("sale_fen"),
    _fen("fee_fen"),
    info=APPEND_ONLY,
)
SIDES = ("wallet_fen", "ledger_fen", "sale_fen", "fee_fen")


@dataclass(frozen=True, slots=True)
class Statement:
    """A signed statement; `content` is the text that was signed (JSON), `digest` its sha256 (hex)."""

    day: date
    content: str
    digest: str
    signed_by: str
    signed_at: datetime

    @property
    def is_intact(self) -> bool:
        """Whether the content is still the one that was signed."""
        return digest_of(self.content) == self.digest


@dataclass(frozen=True, slots=True)
class StatementLine:
    """What the statement of `day` says of one account's `about_day`: net sums of the three books, and fees, in fen.

    About its own day it says how the books stand; about an earlier day, what has changed since that one was signed.
    """

    day: date
    about_day: date
    wallet_account: str
    wallet_fen: Fen
    ledger_fen: Fen
    sale_fen: Fen
    fee_fen: Fen

    @property
    def sides(self) -> tuple[int, ...]:
        """The sums in the order of `SIDES`."""
        return tuple(getattr(self, name) for name in SIDES)


class Statements:
    """The signed statements of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._statements = work.table(STATEMENT)
        self._lines = work.table(STATEMENT_LINE)

    def find(self, day: date) -> Statement | None:
        """The signed statement of that day, or None."""
        row = self._statements.one(STATEMENT.c.day == day)
        return None if row is None else record_of(Statement, row)

    def all(self) -> Sequence[Statement]:
        """Every signed statement, the oldest day first."""
        return [record_of(Statement, row) for row in self._statements.all(order_by=[STATEMENT.c.day])]

    def signed_days(self, since: date) -> Sequence[date]:
        """The signed days from that one on."""
        mine = (STATEMENT.c.operator_id == self._work.operator_id, STATEMENT.c.day >= since)
        days = select(STATEMENT.c.day).where(*mine).order_by(STATEMENT.c.day)
        return list(self._work.connection.execute(days).scalars())

    def last_signed_at(self) -> datetime | None:
        """When the newest signature was given."""
        mine = STATEMENT.c.operator_id == self._work.operator_id
        newest = select(STATEMENT.c.signed_at).where(mine).order_by(STATEMENT.c.signed_at.desc()).limit(1)
        return self._work.connection.execute(newest).scalar_one_or_none()

    def accounted(self, about_day: date) -> dict[str, tuple[int, ...]]:
        """What all signed statements together say of that day, by account; sums in the order of `SIDES`."""
        sums = [func.sum(STATEMENT_LINE.c[name]) for name in SIDES]
        mine = (STATEMENT_LINE.c.operator_id == self._work.operator_id, STATEMENT_LINE.c.about_day == about_day)
        statement = select(STATEMENT_LINE.c.wallet_account, *sums).where(*mine)
        rows = self._work.connection.execute(statement.group_by(STATEMENT_LINE.c.wallet_account))
        return {account: tuple(map(int, sides)) for account, *sides in rows}

    def lines(self) -> Sequence[StatementLine]:
        """Every line of every signed statement."""
        order = [STATEMENT_LINE.c.day, STATEMENT_LINE.c.about_day, STATEMENT_LINE.c.wallet_account]
        return [record_of(StatementLine, row) for row in self._lines.all(order_by=order)]

    def sign(self, statement: Statement, lines: Iterable[StatementLine]) -> None:
        """Keep it for good; the database refuses a second one of the same day."""
        self._statements.add(**columns_of(statement))
        for line in lines:
            self._lines.add(**columns_of(line))


def digest_of(content: str) -> str:
    """The sha256 of a statement's content (hex)."""
    return sha256(content.encode()).hexdigest()
