"""Finds payments by whatever a person at a counter holds in the hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select

from hospital_bridge.payment.model import Payment
from hospital_bridge.store.payments import PAYMENT
from hospital_bridge.store.records import record_of
from hospital_bridge.store.refunds import REFUND
from hospital_bridge.store.subjects import SUBJECT, SUBJECT_IDENTIFIER

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work


class PaymentSearch:
    """Searches among the payments of one operator, the newest first."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def by_number(self, number: str, limit: int) -> Sequence[Payment]:
        """Order, trade, receipt or refund number as typed, or an ID or card number by its blind index."""
        return self._some(limit, or_(self._named(number), PAYMENT.c.subject_id.in_(self._people(number))))

    def of_span(self, start: datetime, end: datetime, amount_fen: int, limit: int) -> Sequence[Payment]:
        """What was paid, or else opened, in the half-open span, of that amount."""
        paid = and_(PAYMENT.c.collected_at >= start, PAYMENT.c.collected_at < end)
        opened = and_(PAYMENT.c.collected_at.is_(None), PAYMENT.c.created_at >= start, PAYMENT.c.created_at < end)
        return self._some(limit, or_(paid, opened), PAYMENT.c.amount_fen == amount_fen)

    def _named(self, number: str) -> ColumnElement[bool]:
        refund = select(REFUND.c.payment_id).where(
            REFUND.c.operator_id == self._work.operator_id, REFUND.c.refund_no == number
        )
        return or_(
            PAYMENT.c.merchant_order_no == number,
            and_(PAYMENT.c.provider_trade_no == number, PAYMENT.c.provider_trade_no != ""),
            and_(PAYMENT.c.receipt_no == number, PAYMENT.c.receipt_no != ""),
            PAYMENT.c.payment_id.in_(refund),
        )

    def _people(self, number: str) -> Sequence[str]:
        work, seal = self._work, self._work.seal
        columns = SUBJECT_IDENTIFIER.c
        systems = select(columns.system).where(columns.operator_id == work.operator_id).distinct()
        indexes = {seal.index(system, number) for system in work.connection.execute(systems).scalars()}
        cards = work.table(SUBJECT_IDENTIFIER).all(columns.value_index.in_(indexes), columns.live)
        people = work.table(SUBJECT).all(SUBJECT.c.id_number_index == seal.index("id_number", number))
        return sorted({row.subject_id for row in (*cards, *people)})

    def _some(self, limit: int, *conditions: ColumnElement[bool]) -> Sequence[Payment]:
        newest = [PAYMENT.c.created_at.desc(), PAYMENT.c.payment_id.desc()]
        rows = self._work.table(PAYMENT).all(*conditions, order_by=newest, limit=limit)
        return [record_of(Payment, row) for row in rows]
