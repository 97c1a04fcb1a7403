"""What the pages show of one order, and how it is found: for finance, and for the help desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

MOST_SHOWN = 50
"""Orders that one look shows, the newest first; one more is found where there are more."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A number of any kind as it was typed or scanned, or else a day and an amount in fen."""

    number: str = ""
    day: date | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order among those found; `situation` is one of `payment.model.Situation`, `person` a masked name."""

    payment_id: str
    order_no: str
    account: str
    title: str
    person: str
    at: datetime
    amount_fen: int
    situation: str


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One refund of the order; `state` is one of `payment.model.RefundState`.

    `reversal` is how the operator's system stands to it (`payment.model.Fulfilment`), empty where it has nothing to
    take back; `asked_by` and `approved_by` are names of staff, `by_hand` what no wallet was asked for.
    """

    refund_no: str
    amount_fen: int
    state: str
    reason: str
    reversal: str
    reserved_at: datetime
    refunded_at: datetime | None
    reversed_at: datetime | None
    asked_by: str = ""
    approved_by: str = ""
    by_hand: bool = False
    accounting_day: date | None = None
    booked_by: str = ""


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order, whole: sums in fen, what is booked at the operator's system, what went back.

    `fulfilment` is one of `payment.model.Fulfilment`; `id_tail` the last characters of the payer's document. On which
    `accounting_day` of its own and under which user the operator's system booked it, as far as it tells. `owed_fen`
    should be back at the payer, and no refund is under way for it.
    """

    row: OrderRow
    trade_no: str
    receipt_no: str
    id_tail: str
    fulfilment: str
    collected_fen: int
    posted_fen: int
    reserved_fen: int
    refunded_fen: int
    refundable_fen: int
    reason: str
    paid_at: datetime | None
    booked_at: datetime | None
    expires_at: datetime
    refunds: Sequence[RefundRow]
    waiting_request: str = ""
    accounting_day: date | None = None
    booked_by: str = ""
    owed_fen: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What wallet and operator's system said when they were asked just now.

    `wallet` is one of `adapters.values.TradeStatus`, or "nothing_owed" or "no_wallet" where it was not asked; `booking`
    "booked", "not_booked" or "cannot_tell"; both empty where no answer came.
    """

    wallet: str = ""
    booking: str = ""


class Orders(Protocol):
    """Orders of one operator; `by` is a staff id: every look is on the trail."""

    def find(self, operator_id: str, sought: Sought, *, by: str) -> Sequence[OrderRow]:
        """What fits, the newest first, no more than a page."""

    def show(self, operator_id: str, payment_id: str, *, by: str) -> OrderView | None:
        """One order, or None where the operator has no such."""

    def ask_again(self, operator_id: str, payment_id: str, *, by: str) -> Heard:
        """Ask the wallet and the operator's system now; what the wallet tells is settled like any news."""
