"""Refunds made in the wallet's console as its bills tell them: those that a sum of ours may hold, whole or in part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Table

from adapters.values import Fen
from hospital_bridge.store.metadata import CODE, ID, belongs_to, metadata, operator_column

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

CONSOLE_REFUND = Table(
    "reconciliation_refund",
    metadata,
    operator_column(),
    Column("payment_id", ID, primary_key=True),
    Column("refund_no", CODE, primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
    belongs_to("payment", "payment_id"),
)


class ConsoleRefunds:
    """What the bills of one operator's wallets have told of refunds that no refund of ours has the number of."""

    def __init__(self, work: Work) -> None:
        self._table = work.table(CONSOLE_REFUND)

    def of(self, payment_id: str) -> Mapping[str, Fen]:
        """Sums in fen by the wallet's number, for one payment."""
        return {row.refund_no: row.amount_fen for row in self._table.all(CONSOLE_REFUND.c.payment_id == payment_id)}

    def keep(self, payment_id: str, refund_no: str, amount_fen: Fen) -> None:
        """Keep one, in place of what a bill told of it before."""
        one = (CONSOLE_REFUND.c.payment_id == payment_id, CONSOLE_REFUND.c.refund_no == refund_no)
        if not self._table.change(*one, amount_fen=amount_fen):
            self._table.add(payment_id=payment_id, refund_no=refund_no, amount_fen=amount_fen)
