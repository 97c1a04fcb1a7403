"""What the pages show before money goes back by a person's word, and how that word is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hospital_bridge.web.order_reads import OrderView

BY_PERSON = "by_person"
"""The system that issues e-invoices cannot be asked: the person who asks for the refund says how it stands."""


@dataclass(frozen=True, slots=True)
class Considered:
    """What a refund would mean: `obstacle` is one of `payment.flows.staff_refund.Obstacle` or empty.

    `invoice` is one of `adapters.invoices.InvoiceState`, BY_PERSON, or empty where the sale has no e-invoice. Sums in
    fen, times in seconds and days; limits are None where the wallet names none.
    """

    order: OrderView
    amount_fen: int
    by_hand: bool
    obstacle: str
    needs_second: bool
    second_from_fen: int
    may_go_by_hand: bool
    spacing_seconds: int
    most_parts: int | None
    parts: int
    window_days: int | None
    invoice: str = ""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A refund that waits for a second person, or was decided; `state` is one of `payment.model.RequestState`."""

    request_id: str
    payment_id: str
    order_no: str
    amount_fen: int
    reason: str
    by_hand: bool
    state: str
    asked_by: str
    asked_by_id: str
    asked_at: datetime
    invoice: str
    invoice_told: bool


@dataclass(frozen=True, slots=True)
class AskedRefund:
    """What was filled in: `reason` is one of `payment.model.RefundReason`, `key` the form's own.

    `proved` says that the person has just proved who they are. `seen_fen` is what the page showed as left to give back.
    `invoice` is what they say of the e-invoice.
    """

    payment_id: str
    amount_fen: int
    reason: str
    by_hand: bool
    key: str
    proved: bool
    seen_fen: int
    invoice: str = ""


class NotRefundable(Exception):
    """`obstacle` (`payment.flows.staff_refund.Obstacle`) stands against it; nothing was written."""

    def __init__(self, obstacle: str) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


class Refunds(Protocol):
    """Refunds by people of one operator; `by` is a staff id."""

    def consider(self, operator_id: str, payment_id: str, amount_fen: int | None, *, by_hand: bool) -> Considered:
        """What asking for that sum, or for all that is left, would mean now."""

    def ask(self, operator_id: str, asked: AskedRefund, *, by: str) -> bool:
        """Ask for it; whether a second person has to approve it now. NotRefundable."""

    def waiting(self, operator_id: str) -> Sequence[RequestRow]:
        """What waits for a second person, the oldest first."""

    def request(self, operator_id: str, request_id: str) -> RequestRow | None:
        """One request, or None where the operator has no such."""

    def approve(self, operator_id: str, request_id: str, *, by: str, proved: bool) -> None:
        """Agree as the second person: the refund begins. NotRefundable."""

    def decline(self, operator_id: str, request_id: str, *, by: str) -> None:
        """Disagree, or as the one who asked take it back. NotRefundable."""
