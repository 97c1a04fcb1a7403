"""Refunds that staff asked for: who, why, who approved, and to which refund it led."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from adapters.invoices import InvoiceState
from hospital_bridge.payment.model import RefundReason, RefundRequest, RequestState, Route
from hospital_bridge.store.choice import choice
from hospital_bridge.store.metadata import CODE, ID, Instant, as_indexed, belongs_to, metadata, operator_column, where
from hospital_bridge.store.records import columns_of, record_of
from hospital_bridge.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

REFUND_REQUEST = Table(
    "refund_request",
    metadata,
    operator_column(),
    Column("request_id", ID, primary_key=True),
    Column("payment_id", ID, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    *choice("reason", RefundReason),
    *choice("route", Route),
    Column("needs_second", Boolean, nullable=False),
    *choice("state", RequestState),
    Column("asked_by", CODE, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("command_key", String(128), nullable=False),
    *choice("invoice", InvoiceState, nullable=True),
    Column("invoice_told", Boolean, nullable=False),
    Column("decided_by", CODE, nullable=False),
    Column("decided_at", Instant),
    Column("refund_no", CODE, nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("payment", "payment_id"),
    UniqueConstraint("operator_id", "asked_by", "command_key"),
    CheckConstraint("amount_fen > 0", name="something"),
    CheckConstraint("state <> 'approved' OR NOT needs_second OR decided_by <> asked_by", name="second_person"),
)
_WAITING = "state = 'waiting'"
Index(
    "uq_refund_request_waiting",
    REFUND_REQUEST.c.operator_id,
    REFUND_REQUEST.c.payment_id,
    unique=True,
    **where(_WAITING),
)
Index("ix_refund_request_payment_id", REFUND_REQUEST.c.operator_id, REFUND_REQUEST.c.payment_id)


class RefundRequests:
    """The refunds that staff of one operator asked for."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(REFUND_REQUEST)

    def add(self, request: RefundRequest) -> bool:
        """Keep a new one; False where another of that payment waits, or this command came before."""
        statement = insert_on_conflict(self._work.connection, REFUND_REQUEST).on_conflict_do_nothing()
        row = statement.values(operator_id=self._work.operator_id, **columns_of(request))
        return self._work.connection.execute(row.returning(REFUND_REQUEST.c.request_id)).first() is not None

    def get(self, request_id: str, *, lock: bool = False) -> RefundRequest | None:
        """One request, or None."""
        return self._one(REFUND_REQUEST.c.request_id == request_id, lock=lock)

    def by_command(self, asked_by: str, command_key: str) -> RefundRequest | None:
        """What that command of that person became, or None."""
        return self._one(REFUND_REQUEST.c.asked_by == asked_by, REFUND_REQUEST.c.command_key == command_key)

    def of(self, payment_id: str) -> Sequence[RefundRequest]:
        """Those of one payment, the oldest first."""
        return self._many(REFUND_REQUEST.c.payment_id == payment_id)

    def by_hand(self, refund_nos: Sequence[str]) -> frozenset[str]:
        """Those of the refunds that the hospital has paid out by itself."""
        if not refund_nos:
            return frozenset()
        asked = REFUND_REQUEST.c.refund_no.in_(refund_nos), REFUND_REQUEST.c.route == Route.BY_HAND
        return frozenset(row.refund_no for row in self._table.all(*asked))

    def waiting(self) -> Sequence[RefundRequest]:
        """Those that wait for a second person, the oldest first."""
        return self._many(as_indexed(_WAITING))

    def save(self, request: RefundRequest) -> RefundRequest:
        """Write it back and count its version up; StaleVersion when somebody was faster."""
        values = columns_of(request, without=("request_id", "version"))
        self._table.save(REFUND_REQUEST.c.request_id == request.request_id, version=request.version, **values)
        return request

    def _one(self, *conditions: ColumnElement[bool], lock: bool = False) -> RefundRequest | None:
        row = self._table.one(*conditions, lock=lock)
        return None if row is None else record_of(RefundRequest, row)

    def _many(self, *conditions: ColumnElement[bool]) -> Sequence[RefundRequest]:
        order = [REFUND_REQUEST.c.asked_at, REFUND_REQUEST.c.request_id]
        return [record_of(RefundRequest, row) for row in self._table.all(*conditions, order_by=order)]
