"""Payments: one row per order at a wallet, guarded by its sums and its version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    and_,
    or_,
    select,
)

from adapters.values import Fen
from hospital_bridge.payment.model import Collection, Fulfilment, Payment
from hospital_bridge.store.choice import choice
from hospital_bridge.store.many_rows import each_row
from hospital_bridge.store.metadata import CODE, ID, Described, Instant, metadata, operator_column, where
from hospital_bridge.store.records import columns_of, record_of
from hospital_bridge.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work


def _fen(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


PAYMENT = Table(
    "payment",
    metadata,
    operator_column(),
    Column("payment_id", ID, primary_key=True),
    Column("sale_kind", CODE, nullable=False),
    Column("sale_ref", CODE, nullable=False),
    Column("subject_id", CODE, nullable=False),
    Column("wallet_user_id", CODE, nullable=False),
    Column("wallet_account", CODE, nullable=False),
    Column("merchant_order_no", CODE, nullable=False),
    Column("provider_trade_no", CODE, nullable=False),
    Column("pay_url", Text, nullable=False),
    _fen("amount_fen"),
    _fen("payer_paid_fen"),
    _fen("receipt_fen"),
    _fen("fee_fen"),
    _fen("collected_fen"),
    _fen("refund_reserved_fen"),
    _fen("refunded_fen"),
    _fen("posted_fen"),
    *choice("collection", Collection),
    *choice("fulfilment", Fulfilment),
    Column("late", Boolean, nullable=False),
    Column("refund_wanted", Described(200), nullable=False),
    Column("reason", Described(200), nullable=False),
    Column("receipt_no", Described(64), nullable=False),
    Column("control_id", Described(64), nullable=False),
    Column("accounting_day", Date),
    Column("booked_by", Described(64), nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("collected_at", Instant),
    Column("fulfilled_at", Instant),
    Column("closed_at", Instant),
    Column("version", Integer, nullable=False),
    UniqueConstraint("operator_id", "merchant_order_no"),
    CheckConstraint("amount_fen >= 0 AND collected_fen >= 0 AND posted_fen >= 0", name="sums_not_negative"),
    CheckConstraint("refund_reserved_fen >= 0 AND refunded_fen >= 0", name="refunds_not_negative"),
    CheckConstraint("refund_reserved_fen + refunded_fen <= collected_fen", name="refunds_within_collected"),
)
_LIVE = "collection IN ('created', 'awaiting') AND fulfilment = 'pending'"
Index(
    "uq_payment_live_sale",
    *(PAYMENT.c[name] for name in ("operator_id", "sale_kind", "sale_ref", "wallet_user_id")),
    unique=True,
    **where(_LIVE),
)
Index("ix_payment_collected_at", PAYMENT.c.operator_id, PAYMENT.c.collected_at)
Index("ix_payment_sale", PAYMENT.c.operator_id, PAYMENT.c.sale_kind, PAYMENT.c.sale_ref)
Index("ix_payment_subject", PAYMENT.c.operator_id, PAYMENT.c.subject_id)
for _column in ("provider_trade_no", "receipt_no"):
    Index(f"ix_payment_{_column}", PAYMENT.c.operator_id, PAYMENT.c[_column], **where(f"{_column} <> ''"))


class UnknownPayment(Exception):
    """No payment of this operator has that id or order number."""


class Payments:
    """The payments of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(PAYMENT)

    def add(self, payment: Payment) -> bool:
        """Keep a new payment; False when this payer has a live one for the sale already."""
        statement = insert_on_conflict(self._work.connection, PAYMENT).on_conflict_do_nothing()
        row = statement.values(operator_id=self._work.operator_id, **columns_of(payment))
        return self._work.connection.execute(row.returning(PAYMENT.c.payment_id)).first() is not None

    def get(self, payment_id: str, *, lock: bool = False) -> Payment:
        """One payment; `lock` holds it until the transaction ends. UnknownPayment when there is none."""
        payment = self._one(PAYMENT.c.payment_id == payment_id, lock=lock)
        if payment is None:
            raise UnknownPayment(payment_id)
        return payment

    def by_order(self, merchant_order_no: str, *, lock: bool = False) -> Payment | None:
        """The payment behind an order number of ours, or None."""
        return self._one(PAYMENT.c.merchant_order_no == merchant_order_no, lock=lock)

    def live_for(self, sale_kind: str, sale_ref: str, wallet_user_id: str) -> Payment | None:
        """The payment that this payer can still make for that sale, or None."""
        return self._one(
            PAYMENT.c.sale_kind == sale_kind,
            PAYMENT.c.sale_ref == sale_ref,
            PAYMENT.c.wallet_user_id == wallet_user_id,
            PAYMENT.c.collection.in_([Collection.CREATED, Collection.AWAITING]),
            PAYMENT.c.fulfilment == Fulfilment.PENDING,
        )

    def save(self, payment: Payment) -> Payment:
        """Write the payment back and count its version up; StaleVersion when somebody was faster."""
        values = columns_of(payment, without=("payment_id", "version"))
        self._table.save(PAYMENT.c.payment_id == payment.payment_id, version=payment.version, **values)
        return self.get(payment.payment_id)

    def all(self) -> Sequence[Payment]:
        """Every payment, the oldest first."""
        return self._many()

    def sold_between(self, start: datetime, end: datetime) -> Iterator[tuple[str, str, Fen, Fen, Fulfilment]]:
        """Id, wallet account, amount, posted sum and fulfilment of what the wallets took in the half-open span."""
        columns = ("payment_id", "wallet_account", "amount_fen", "posted_fen", "fulfilment")
        taken = and_(PAYMENT.c.collected_at >= start, PAYMENT.c.collected_at < end)
        statement = select(*(PAYMENT.c[name] for name in columns))
        for row in each_row(
            self._work.connection, statement.where(PAYMENT.c.operator_id == self._work.operator_id, taken)
        ):
            yield row.payment_id, row.wallet_account, row.amount_fen, row.posted_fen, row.fulfilment

    def by_orders(self, merchant_order_nos: Sequence[str]) -> Mapping[str, Payment]:
        """Those of the order numbers that are ours, and the payments behind them."""
        found = self._many(PAYMENT.c.merchant_order_no.in_(merchant_order_nos))
        return {payment.merchant_order_no: payment for payment in found}

    def ours_among(self, merchant_order_nos: Sequence[str]) -> set[str]:
        """Those of the order numbers that were opened here."""
        if not merchant_order_nos:
            return set()
        numbers = select(PAYMENT.c.merchant_order_no).where(
            PAYMENT.c.operator_id == self._work.operator_id, PAYMENT.c.merchant_order_no.in_(merchant_order_nos)
        )
        return set(self._work.connection.execute(numbers).scalars())

    def posted(self, payment_ids: Sequence[str]) -> Sequence[tuple[str, str, Fen, datetime]]:
        """Id, wallet account, sum posted at the fulfilling system and when the wallet took it, of those with money."""
        asked = PAYMENT.c.payment_id.in_(payment_ids) & PAYMENT.c.collected_at.is_not(None)
        rows = self._table.all(asked)
        return [(row.payment_id, row.wallet_account, row.posted_fen, row.collected_at) for row in rows]

    def for_person(self) -> Sequence[Payment]:
        """Money that only a person can move on.

        Undecided fulfilments, refused ones whose refund was refused, and closed orders for which the wallet took
        money that does not fit.
        """
        stuck = and_(
            PAYMENT.c.collection == Collection.COLLECTED,
            PAYMENT.c.fulfilment == Fulfilment.REFUSED,
            PAYMENT.c.refund_reserved_fen + PAYMENT.c.refunded_fen < PAYMENT.c.collected_fen,
        )
        misfit = and_(PAYMENT.c.collection == Collection.CLOSED, PAYMENT.c.payer_paid_fen > 0)
        return self._many(or_(PAYMENT.c.fulfilment == Fulfilment.MANUAL, stuck, misfit))

    def of_subject(self, subject_id: str) -> Sequence[Payment]:
        """Every payment for one person, the oldest first."""
        return self._many(PAYMENT.c.subject_id == subject_id)

    def of_sales(self, sale_kind: str, sale_refs: Sequence[str]) -> Sequence[Payment]:
        """Every payment for one of these sales, the oldest first."""
        return self._many(PAYMENT.c.sale_kind == sale_kind, PAYMENT.c.sale_ref.in_(sale_refs))

    def overdue(self, before: datetime) -> Sequence[Payment]:
        """Payments that still wait for money although they expired before that instant."""
        waiting = PAYMENT.c.collection.in_([Collection.CREATED, Collection.AWAITING])
        return self._many(waiting, PAYMENT.c.expires_at < before)

    def _one(self, *conditions: ColumnElement[bool], lock: bool = False) -> Payment | None:
        row = self._table.one(*conditions, lock=lock)
        return None if row is None else record_of(Payment, row)

    def _many(self, *conditions: ColumnElement[bool]) -> Sequence[Payment]:
        return [record_of(Payment, row) for row in self._table.all(*conditions, order_by=[PAYMENT.c.payment_id])]
