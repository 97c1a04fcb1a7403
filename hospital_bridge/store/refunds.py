"""Refunds: one row per refund number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    Select,
    String,
    Table,
    and_,
    or_,
    select,
)

from adapters.values import Fen
from hospital_bridge.payment.model import Account, Fulfilment, Refund, RefundState
from hospital_bridge.store.choice import choice
from hospital_bridge.store.many_rows import each_row
from hospital_bridge.store.metadata import CODE, ID, Described, Instant, belongs_to, metadata, operator_column, where
from hospital_bridge.store.payments import PAYMENT
from hospital_bridge.store.records import columns_of, record_of

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

_COMMANDED = "command_key <> ''"

REFUND = Table(
    "refund",
    metadata,
    operator_column(),
    Column("refund_no", ID, primary_key=True),
    Column("payment_id", ID, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("reason", Described(200), nullable=False),
    *choice("state", RefundState),
    *choice("from_account", Account),
    *choice("reversal", Fulfilment, nullable=True),
    Column("reversal_fen", BigInteger, nullable=False),
    Column("reserved_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("refunded_at", Instant),
    Column("reversed_at", Instant),
    Column("accounting_day", Date),
    Column("booked_by", Described(64), nullable=False, server_default=""),
    Column("refusal", Described(200), nullable=False),
    Column("wallet_refund_no", CODE, nullable=False, server_default=""),
    Column("command_key", String(128), nullable=False, server_default=""),
    Column("place", Integer, nullable=False, server_default="0"),
    Column("makes_good_fen", BigInteger, nullable=False, server_default="0"),
    Column("forgone_fen", BigInteger, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False),
    belongs_to("payment", "payment_id"),
    CheckConstraint("amount_fen >= 0 AND reversal_fen >= 0", name="sums_not_negative"),
)
Index(
    "uq_refund_command",
    REFUND.c.operator_id,
    REFUND.c.payment_id,
    REFUND.c.command_key,
    unique=True,
    **where(_COMMANDED),
)
Index("ix_refund_payment_id", REFUND.c.operator_id, REFUND.c.payment_id)
Index("ix_refund_refunded_at", REFUND.c.operator_id, REFUND.c.refunded_at)
_NUMBERED = "wallet_refund_no <> ''"
Index("ix_refund_wallet_refund_no", REFUND.c.operator_id, REFUND.c.wallet_refund_no, **where(_NUMBERED))


class UnknownRefund(Exception):
    """No refund of this operator has that number."""


class Refunds:
    """The refunds of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(REFUND)

    def add(self, refund: Refund) -> None:
        """Keep a new refund."""
        self._table.add(**columns_of(refund))

    def get(self, refund_no: str, *, lock: bool = False) -> Refund:
        """One refund; UnknownRefund when there is none."""
        row = self._table.one(REFUND.c.refund_no == refund_no, lock=lock)
        if row is None:
            raise UnknownRefund(refund_no)
        return record_of(Refund, row)

    def of(self, payment_id: str) -> Sequence[Refund]:
        """The refunds of one payment, the oldest first."""
        return self._many(REFUND.c.payment_id == payment_id, in_order=[REFUND.c.place])

    def save(self, refund: Refund) -> Refund:
        """Write the refund back and count its version up; StaleVersion when somebody was faster."""
        values = columns_of(refund, without=("refund_no", "version"))
        self._table.save(REFUND.c.refund_no == refund.refund_no, version=refund.version, **values)
        return self.get(refund.refund_no)

    def reversed_between(self, start: datetime, end: datetime) -> Iterator[tuple[str, str, Fen, Fulfilment | None]]:
        """Number, wallet account, sum to be reversed and how that stands, of refunds of the half-open span."""
        statement = self._with_account().where(REFUND.c.refunded_at >= start, REFUND.c.refunded_at < end)
        for row in each_row(self._work.connection, statement):
            yield row.refund_no, row.wallet_account, row.reversal_fen, row.reversal

    def posted(self, refund_nos: Sequence[str]) -> Sequence[tuple[str, str, Fen, datetime]]:
        """Number, wallet account, sum reversed at the fulfilling system and when the wallet gave it back."""
        asked = self._with_account().where(REFUND.c.refund_no.in_(refund_nos), REFUND.c.refunded_at.is_not(None))
        rows = self._work.connection.execute(asked)
        return [(row.refund_no, row.wallet_account, row.reversal_fen, row.refunded_at) for row in rows]

    def _with_account(self) -> Select[Any]:
        columns = ("refund_no", "reversal_fen", "reversal", "refunded_at")
        statement = select(*(REFUND.c[name] for name in columns), PAYMENT.c.wallet_account)
        return statement.join_from(REFUND, PAYMENT).where(REFUND.c.operator_id == self._work.operator_id)

    def for_person(self) -> Sequence[Refund]:
        """Refunds that the wallet refused for good, and reversals that nobody but a person can settle."""
        unreversed = REFUND.c.reversal.in_([Fulfilment.REFUSED, Fulfilment.MANUAL])
        return self._many(or_(REFUND.c.state == RefundState.VOID, and_(REFUND.c.reversal.is_not(None), unreversed)))

    def _many(self, *conditions: ColumnElement[bool], in_order: Sequence[ColumnElement[Any]] = ()) -> Sequence[Refund]:
        rows = self._table.all(*conditions, order_by=[*in_order, REFUND.c.refund_no])
        return [record_of(Refund, row) for row in rows]
