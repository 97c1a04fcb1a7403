"""What the bank has credited for a day of a wallet account, as finance has read it off the bank's own statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Date, Table

from adapters.values import Fen
from hospital_bridge.store.metadata import CODE, Instant, metadata, operator_column
from hospital_bridge.store.records import columns_of, record_of

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

BANK_CREDIT = Table(
    "reconciliation_bank",
    metadata,
    operator_column(),
    Column("wallet_account", CODE, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("told_by", CODE, nullable=False),
    Column("told_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class BankCredit:
    """One day's credit, in fen; below zero where the bank account was charged."""

    wallet_account: str
    day: date
    amount_fen: Fen
    told_by: str
    told_at: datetime


class BankCredits:
    """The credits of one operator's bank accounts."""

    def __init__(self, work: Work) -> None:
        self._table = work.table(BANK_CREDIT)

    def find(self, wallet_account: str, day: date) -> BankCredit | None:
        """What was credited for that day, or None when nobody has told it yet."""
        row = self._table.one(BANK_CREDIT.c.wallet_account == wallet_account, BANK_CREDIT.c.day == day)
        return None if row is None else record_of(BankCredit, row)

    def told_after(self, instant: datetime, days: Sequence[date]) -> Sequence[BankCredit]:
        """What was told of those days after that instant."""
        rows = self._table.all(BANK_CREDIT.c.day.in_(days), BANK_CREDIT.c.told_at > instant)
        return [record_of(BankCredit, row) for row in rows]

    def keep(self, credit: BankCredit) -> None:
        """Keep it, in place of what was told of that day before."""
        of_the_day = (BANK_CREDIT.c.wallet_account == credit.wallet_account, BANK_CREDIT.c.day == credit.day)
        if not self._table.change(*of_the_day, **columns_of(credit)):
            self._table.add(**columns_of(credit))
