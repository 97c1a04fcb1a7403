"""Finds payments by whatever a person at a counter holds in the hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, and_, func, select

from hospital_bridge.payment.model import Payment
from hospital_bridge.store.metadata import as_indexed
from hospital_bridge.store.payments import PAYMENT
from hospital_bridge.store.records import record_of
from hospital_bridge.store.refunds import REFUND
from hospital_bridge.store.subjects import SUBJECT, SUBJECT_IDENTIFIER

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work


class PaymentSearch:
    """Searches among the payments of one operator, the newest first; each question has an index of its own."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def by_number(self, number: str, limit: int) -> Sequence[Payment]:
        """Order, trade, receipt or refund number as typed, or an ID or card number by its blind index.

        A payment's own id is the serial that the fulfilling system was told; a refund that somebody made at the
        wallet has the wallet's number.
        """
        table = self._work.table(REFUND)
        of_wallet = table.all(REFUND.c.wallet_refund_no == number, as_indexed("wallet_refund_no <> ''"))
        refunds = [*table.all(REFUND.c.refund_no == number), *of_wallet]
        found = [
            *self._some(limit, PAYMENT.c.payment_id == number),
            *self._some(limit, PAYMENT.c.merchant_order_no == number),
            *self._some(limit, PAYMENT.c.provider_trade_no == number, as_indexed("provider_trade_no <> ''")),
            *self._some(limit, PAYMENT.c.receipt_no == number, as_indexed("receipt_no <> ''")),
            *self._some(limit, PAYMENT.c.payment_id.in_([row.payment_id for row in refunds])),
            *self._some(limit, PAYMENT.c.subject_id.in_(self._people(number))),
        ]
        each_once = {payment.payment_id: payment for payment in found}
        return sorted(each_once.values(), key=lambda each: (each.created_at, each.payment_id), reverse=True)[:limit]

    def of_span(self, start: datetime, end: datetime, amount_fen: int, limit: int) -> Sequence[Payment]:
        """What was paid in the half-open span, of that amount."""
        paid = and_(PAYMENT.c.collected_at >= start, PAYMENT.c.collected_at < end)
        return self._some(limit, paid, PAYMENT.c.amount_fen == amount_fen)

    def _people(self, number: str) -> set[str]:
        """Subject ids; a number that was taken out of use still leads to its person."""
        numbers, people = self._work.table(SUBJECT_IDENTIFIER), self._work.table(SUBJECT)
        document, of_number = self._work.seal.index("id_number", number), SUBJECT_IDENTIFIER.c
        cards = [
            row.subject_id
            for system in self._words_in(of_number.system)
            for row in numbers.all(
                of_number.system == system, of_number.value_index == self._work.seal.index(system, number)
            )
        ]
        documents = [
            row.subject_id
            for kind in self._words_in(SUBJECT.c.id_type)
            for row in people.all(SUBJECT.c.id_type == kind, SUBJECT.c.id_number_index == document)
        ]
        return {*cards, *documents}

    def _words_in(self, column: Column[Any]) -> Iterator[str]:
        """The few different words of a column that an index begins with, one step of the index for each."""
        mine, word = column.table.c.operator_id == self._work.operator_id, ""
        while True:
            next_word = select(func.min(column)).where(mine, column > word)
            word = self._work.connection.execute(next_word).scalar_one()
            if word is None:
                return
            yield word

    def _some(self, limit: int, *conditions: ColumnElement[bool]) -> Sequence[Payment]:
        newest = [PAYMENT.c.created_at.desc(), PAYMENT.c.payment_id.desc()]
        rows = self._work.table(PAYMENT).all(*conditions, order_by=newest, limit=limit)
        return [record_of(Payment, row) for row in rows]
