"""Values that cross a port: frozen, vendor-neutral, money in integer fen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

Fen = NewType("Fen", int)


# --- identity ---------------------------------------------------------------


class Sex(StrEnum):
    """HL7 table 0001, the values that a registration needs."""

    FEMALE = "F"
    MALE = "M"
    UNKNOWN = "U"


@dataclass(frozen=True, slots=True)
class WalletAccount:
    """Whom a wallet says is at the phone: `user_id` and, where the wallet has them, `open_id`."""

    user_id: str
    open_id: str = ""

    @property
    def key(self) -> str:
        """The id that a binding hangs on: `user_id` while the wallet still gives one."""
        return self.user_id or self.open_id


@dataclass(frozen=True, slots=True)
class WalletGrant:
    """An authorisation that was exchanged; the token is a secret and lives for one request."""

    account: WalletAccount
    access_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    """A real name that a trusted source vouches for; `id_type` is CN_ID or PASSPORT."""

    name: str = field(repr=False)
    id_type: str
    id_number: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Identifier:
    """One number of a patient (FHIR Identifier): `system` such as MRN, VISIT_CARD or CN_ID."""

    system: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """One entry of the hospital's patient index; a person may have several."""

    identifiers: tuple[Identifier, ...]
    name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    sex: Sex

    def first(self, system: str) -> str | None:
        """The first number of that system, or None."""
        return next((i.value for i in self.identifiers if i.system == system), None)


# --- money ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TradeOrder:
    """What a wallet is asked to collect; `title` comes from a fixed word list, never an item name."""

    merchant_order_no: str
    amount_fen: Fen
    title: str
    payer: WalletAccount
    expires_at: datetime


class TradeStatus(StrEnum):
    """A wallet's view of one order; ABSENT means that it never heard of the number."""

    ABSENT = "absent"
    AWAITING = "awaiting"
    PAID = "paid"
    FINISHED = "finished"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Trade:
    """A wallet's answer about one order; sums in fen, `refunded_fen` cumulative."""

    merchant_order_no: str
    status: TradeStatus
    provider_trade_no: str = ""
    amount_fen: Fen = Fen(0)
    payer_paid_fen: Fen = Fen(0)
    receipt_fen: Fen = Fen(0)
    refunded_fen: Fen = Fen(0)
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TradeHandle:
    """A created order: the trade number and where the payer's payment sheet opens.

    `pay_url` may hold the place `{return_url}`, which the page that links to it fills with its own address.
    """

    provider_trade_no: str
    pay_url: str


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What a wallet is asked to give back; the same `refund_no` never refunds twice."""

    merchant_order_no: str
    refund_no: str
    amount_fen: Fen
    reason: str


class RefundStatus(StrEnum):
    """A wallet's view of one refund number."""

    ABSENT = "absent"
    PROCESSING = "processing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """What a wallet says of one refund number; `amount_fen` is this refund, not the sum."""

    refund_no: str
    status: RefundStatus
    amount_fen: Fen = Fen(0)
    refunded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaymentNotice:
    """A verified asynchronous notice (异步通知): a hint, never proof of order or number of times.

    `trade.refunded_fen > 0` marks refund news. `app_id` and `seller_id` were matched by the adapter.
    """

    notice_id: str
    trade: Trade
    refund_no: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The bytes with which a caller from outside wants to be answered; `genuine` says that it proved who it is."""

    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200
    genuine: bool = True


class EntryKind(StrEnum):
    """What one line of a bill or list moves."""

    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class BillEntry:
    """One line of a wallet's bill; `amount_fen` is positive for both kinds, `fee_fen` where the wallet keeps a fee.

    `shop_no`, `terminal_no` and `cashier_no` say where a trade was made, as far as tills tell the wallet.
    """

    kind: EntryKind
    merchant_order_no: str
    provider_trade_no: str
    amount_fen: Fen
    receipt_fen: Fen
    fee_fen: Fen
    occurred_at: datetime
    refund_no: str = ""
    shop_no: str = ""
    terminal_no: str = ""
    cashier_no: str = ""


# --- hospital ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Department:
    """A department (科室) that takes registrations."""

    code: str
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A practitioner (医师) of one department."""

    code: str
    name: str
    title: str
    department_code: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A bookable time (号源) with its price; `remaining` is the hospital's own count."""

    slot_id: str
    department_code: str
    practitioner_code: str
    starts_at: datetime
    ends_at: datetime
    remaining: int
    fee_fen: Fen


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """An appointment that we ask for; `placer_id` is ours, made once, and the idempotency key."""

    placer_id: str
    slot: Slot
    patient: PatientRecord


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment that the hospital holds under its own `filler_id`."""

    placer_id: str
    filler_id: str
    control_id: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """A payment or refund to post at the hospital (上账); `serial` is ours and never reused.

    `filler_id` is the visit; `bill_no` the hospital's bill that was paid, `stay_no` the stay whose deposit (预交金) it
    is, both empty for a registration.
    `accounting_day` is the hospital's open day (日结), which no closing has ended; a refund `refers_to` the serial of
    the payment that it takes back, whose day may be closed.
    """

    serial: str
    kind: EntryKind
    amount_fen: Fen
    patient: PatientRecord
    filler_id: str
    merchant_order_no: str
    provider_trade_no: str
    occurred_at: datetime
    bill_no: str = ""
    accounting_day: date | None = None
    refers_to: str = ""
    stay_no: str = ""


@dataclass(frozen=True, slots=True)
class PostingEntry:
    """What the hospital's own book says of one posting; `amount_fen` positive for both kinds.

    `accounting_day` and `operator_code` (the hospital's own user that it stands under) where the hospital tells them.
    """

    serial: str
    kind: EntryKind
    amount_fen: Fen
    receipt_no: str
    occurred_at: datetime
    control_id: str = ""
    accounting_day: date | None = None
    operator_code: str = ""
