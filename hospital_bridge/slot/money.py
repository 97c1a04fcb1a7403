"""What passes between a vertical and the core about money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from adapters.values import EntryKind, Fen

_NOTHING = Fen(0)


@dataclass(frozen=True, slots=True)
class RefundView:
    """One refund that is done or under way.

    `back_at` is when the payer had the money, and `taken_back_at` when we learned that the fulfilling system has booked
    it, None before.
    """

    amount_fen: Fen
    reason: str
    asked_at: datetime
    back_at: datetime | None
    taken_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentView:
    """What a vertical may know of its payment; `situation` is one of `payment.model.Situation`."""

    payment_id: str
    situation: str
    amount_fen: Fen
    refunded_fen: Fen
    merchant_order_no: str
    provider_trade_no: str
    expires_at: datetime
    reason: str
    receipt_no: str
    """The fulfilling system's own number for what it booked; empty before it did."""
    pay_url: str
    """Where the payer's payment sheet opens; empty unless the payment waits for the payer."""
    moving: bool
    """Something is under way outside, so that the page should look again by itself."""
    refunding_fen: Fen = _NOTHING
    """What is on its way back at this moment."""
    refunded_at: datetime | None = None
    """When the last part of it went back."""
    by_hand: bool = False
    """Some of it was paid out by the operator itself, for the wallet took it back no more."""
    paid_at: datetime | None = None
    """When it was collected; None while it is not."""
    booked_at: datetime | None = None
    """When the fulfilling system was heard to have booked it; None before."""
    refunds: tuple[RefundView, ...] = ()
    """What went back of it or is on its way, in order."""
    owed_fen: Fen = _NOTHING
    """What the payer should have back and the wallet would not give: a person of the operator sees to it."""
    owed_for: Mapping[str, int] = field(default_factory=dict)
    """The same by the reasons for which it was to go back, where the wallet refused refunds of it."""
    wallet_user_id: str = ""
    """Who was asked to pay it."""

    @property
    def left_fen(self) -> Fen:
        """What was collected and is neither back nor on its way back."""
        return Fen(self.amount_fen - self.refunded_fen - self.refunding_fen) if self.paid_at else _NOTHING


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What a vertical asks the core to collect."""

    sale_kind: str
    sale_ref: str
    subject_id: str
    wallet_user_id: str
    amount_fen: Fen
    expires_at: datetime


class FulfilMode(StrEnum):
    """What the fulfilling system can do after an unknown outcome."""

    IDEMPOTENT = "idempotent"
    QUERYABLE = "queryable"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class PaidSale:
    """A collected sale to fulfil or reverse; `serial` is the idempotency key of this posting.

    A reversal `refers_to` the serial of what it takes back, which was booked under `receipt_no`.
    """

    serial: str
    sale_ref: str
    subject_id: str
    amount_fen: Fen
    merchant_order_no: str
    provider_trade_no: str
    occurred_at: datetime
    refers_to: str = ""
    receipt_no: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The fulfilling system's firm yes; `control_id` names the message that carried it.

    `accounting_day` is the day of its own on which it stands, `booked_by` its user, as far as it tells them.
    """

    serial: str
    receipt_no: str
    amount_fen: Fen
    control_id: str = ""
    accounting_day: date | None = None
    booked_by: str = ""


class Progress(StrEnum):
    """What has become of a sale's money."""

    COLLECTED = "collected"
    FULFILLED = "fulfilled"
    REFUSED = "refused"
    EXPIRED = "expired"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class SaleEntry:
    """One line of the fulfilling system's own list of a day."""

    serial: str
    kind: EntryKind
    amount_fen: Fen
    occurred_at: datetime
