"""The ledger: transfers between accounts, each cause posted once, no row ever changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Index,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    func,
    select,
)

from adapters.values import EntryKind, Fen
from hospital_bridge.payment.model import Account, Move, Posting
from hospital_bridge.store.choice import choice
from hospital_bridge.store.many_rows import each_row
from hospital_bridge.store.metadata import APPEND_ONLY, ID, Instant, belongs_to, metadata, operator_column
from hospital_bridge.store.payments import PAYMENT
from hospital_bridge.store.records import columns_of, record_of
from hospital_bridge.store.refunds import REFUND

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

LEDGER = Table(
    "ledger",
    metadata,
    operator_column(),
    Column("posting_id", ID, primary_key=True),
    Column("source_key", String(64), nullable=False),
    *choice("move", Move),
    *choice("debit_account", Account),
    *choice("credit_account", Account),
    Column("amount_fen", BigInteger, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("posted_at", Instant, nullable=False),
    Column("payment_id", ID, nullable=False),
    Column("refund_no", String(32), nullable=False),
    UniqueConstraint("operator_id", "source_key"),
    belongs_to("payment", "payment_id"),
    CheckConstraint("amount_fen > 0", name="amount_positive"),
    CheckConstraint("debit_account <> credit_account", name="two_accounts"),
    info=APPEND_ONLY,
)
Index("ix_ledger_payment_id", LEDGER.c.operator_id, LEDGER.c.payment_id)
Index("ix_ledger_business_date", LEDGER.c.operator_id, LEDGER.c.business_date)


class Ledger:
    """The postings of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(LEDGER)

    def post(self, posting: Posting) -> None:
        """Append one transfer; a second one from the same cause is refused by the database."""
        dated = replace(posting, posting_id=self._work.ids.new(), posted_at=self._work.now)
        self._table.add(source_key=posting.source_key, **columns_of(dated))

    def wallet_movements(self, wallet_account: str, day: date) -> Iterator[tuple[EntryKind, str, str, Fen]]:
        """What passed through a wallet account on that business date, row by row: kind, reference, order, fen.

        The reference of a payment is its order; of a refund its own number, or the wallet's if somebody made it there.
        """
        statement = self._movements().where(LEDGER.c.business_date == day, PAYMENT.c.wallet_account == wallet_account)
        for row in each_row(self._work.connection, statement):
            yield _movement(row)

    def has_moved(self, wallet_account: str, day: date) -> bool:
        """Whether anything passed through a wallet account on that business date."""
        statement = self._movements().where(LEDGER.c.business_date == day, PAYMENT.c.wallet_account == wallet_account)
        return self._work.connection.execute(statement.limit(1)).first() is not None

    def collecting(self, day: date) -> set[str]:
        """The wallet accounts that took money on that business date, in use still or not."""
        found = (
            select(PAYMENT.c.wallet_account)
            .join_from(LEDGER, PAYMENT)
            .where(LEDGER.c.operator_id == self._work.operator_id, LEDGER.c.business_date == day)
            .where(LEDGER.c.move == Move.COLLECT)
        )
        return set(self._work.connection.execute(found.distinct()).scalars())

    def known_movements(
        self, wallet_account: str, days: Sequence[date], order_nos: Sequence[str]
    ) -> set[tuple[EntryKind, str, Fen]]:
        """Kind, reference and fen of what passed through a wallet account on those dates for those orders."""
        statement = self._movements().where(
            LEDGER.c.business_date.in_(days),
            PAYMENT.c.wallet_account == wallet_account,
            PAYMENT.c.merchant_order_no.in_(order_nos),
        )
        moved = map(_movement, self._work.connection.execute(statement))
        return {(kind, reference, amount) for kind, reference, _, amount in moved}

    def moved_at(self, wallet_account: str, day: date, order_nos: Sequence[str]) -> dict[tuple[str, str], datetime]:
        """When each movement of that date for those orders passed through a wallet account, by kind and reference."""
        at = func.coalesce(REFUND.c.refunded_at, PAYMENT.c.collected_at).label("at")
        statement = self._movements().where(
            LEDGER.c.business_date == day,
            PAYMENT.c.wallet_account == wallet_account,
            PAYMENT.c.merchant_order_no.in_(order_nos),
        )
        rows = self._work.connection.execute(statement.add_columns(at))
        return {(kind.value, reference): row.at for row in rows for kind, reference, _, _ in [_movement(row)]}

    def net(self, wallet_account: str, day: date) -> Fen:
        """What passed through a wallet account on that business date in all, payments less refunds."""
        sums = (
            select(LEDGER.c.move, func.sum(LEDGER.c.amount_fen).label("amount_fen"))
            .join_from(LEDGER, PAYMENT)
            .where(LEDGER.c.operator_id == self._work.operator_id, LEDGER.c.business_date == day)
            .where(LEDGER.c.move.in_([Move.COLLECT, Move.REFUND]), PAYMENT.c.wallet_account == wallet_account)
        )
        moved = {row.move: int(row.amount_fen) for row in self._work.connection.execute(sums.group_by(LEDGER.c.move))}
        return Fen(moved.get(Move.COLLECT, 0) - moved.get(Move.REFUND, 0))

    def _movements(self) -> Select[Any]:
        number = func.coalesce(func.nullif(REFUND.c.wallet_refund_no, ""), LEDGER.c.refund_no).label("refund_no")
        return (
            select(LEDGER.c.move, number, PAYMENT.c.merchant_order_no, LEDGER.c.amount_fen)
            .join_from(LEDGER, PAYMENT)
            .outerjoin(
                REFUND, (REFUND.c.operator_id == LEDGER.c.operator_id) & (REFUND.c.refund_no == LEDGER.c.refund_no)
            )
            .where(LEDGER.c.operator_id == self._work.operator_id)
            .where(LEDGER.c.move.in_([Move.COLLECT, Move.REFUND]))
        )

    def all(self) -> Sequence[Posting]:
        """Every posting, the oldest first."""
        return [record_of(Posting, row) for row in self._table.all(order_by=[LEDGER.c.posting_id])]

    def balances(self, at: datetime | None = None) -> dict[Account, Fen]:
        """What stood on each account at that instant, or now, in fen.

        Debits less credits of WALLET_CLEARING, credits less debits of all others: the first equals the sum
        of the rest.
        """
        sums = Counter(dict.fromkeys(Account, 0))
        for row in self._work.connection.execute(self._turnover(at)):
            for account, amount in ((row.debit_account, -row.amount_fen), (row.credit_account, row.amount_fen)):
                sums[account] += -amount if account is Account.WALLET_CLEARING else amount
        return {account: Fen(int(total)) for account, total in sums.items()}

    def _turnover(self, at: datetime | None) -> Select[Any]:
        sums = select(
            LEDGER.c.debit_account, LEDGER.c.credit_account, func.sum(LEDGER.c.amount_fen).label("amount_fen")
        )
        mine = sums.where(LEDGER.c.operator_id == self._work.operator_id).group_by(
            LEDGER.c.debit_account, LEDGER.c.credit_account
        )
        return mine if at is None else mine.where(LEDGER.c.posted_at <= at)


def _movement(row: Row[Any]) -> tuple[EntryKind, str, str, Fen]:
    if row.move is Move.COLLECT:
        return EntryKind.PAYMENT, row.merchant_order_no, row.merchant_order_no, Fen(row.amount_fen)
    return EntryKind.REFUND, row.refund_no, row.merchant_order_no, Fen(row.amount_fen)
