"""The ports: small protocols in our verbs; an adapter provides those that its manifest declares.

Every method may raise the five outcomes of `adapters.errors`. A method that changes the
world takes a number made by us, and the same number never changes it twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from adapters.feed import Feed, Fetched
from adapters.invoices import InvoiceState
from adapters.news import News, Preview
from adapters.refund_limits import RefundLimits
from adapters.values import (
    Acknowledgement,
    BillEntry,
    Booking,
    BookingRequest,
    Department,
    PatientRecord,
    PaymentNotice,
    Posting,
    PostingEntry,
    Practitioner,
    RefundAnswer,
    RefundOrder,
    Slot,
    Trade,
    TradeHandle,
    TradeOrder,
    VerifiedIdentity,
    WalletGrant,
)
from adapters.wallet_cards import CardAbility, WalletCard, WalletCardState, WalletCardTemplate
from adapters.wallet_messages import WalletMessage


class WalletIdentity(Protocol):
    """Who is at the phone. A wallet may lack it."""

    def authorise_url(self, *, redirect_uri: str, state: str) -> str:
        """Where the wallet asks its user for consent; it comes back with `auth_code` and `state`."""

    def exchange(self, code: str) -> WalletGrant:
        """Trade the one-use code for an account and a token."""

    def verified_identity(self, grant: WalletGrant) -> VerifiedIdentity:
        """The real name behind the grant; Refused(NOT_ALLOWED) where the wallet will not say."""


class WalletPayments(Protocol):
    """Money in and out of one merchant account."""

    @property
    def refund_limits(self) -> RefundLimits:
        """What the wallet allows of refunds of one order; asks nobody outside."""

    def create(self, order: TradeOrder) -> TradeHandle:
        """Open an order; repeated with the same number and content it gives the same trade."""

    def query(self, merchant_order_no: str) -> Trade:
        """What the wallet knows of the order; ABSENT is an answer, not an error."""

    def close(self, merchant_order_no: str) -> None:
        """Close an unpaid order; Refused(ALREADY_PAID) and Refused(NOT_FOUND) are firm."""

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Give money back; PROCESSING means that only `query_refund` can tell."""

    def query_refund(self, merchant_order_no: str, refund_no: str) -> RefundAnswer:
        """What became of one refund number; ABSENT is a firm no."""

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> PaymentNotice:
        """Verify the received bytes and read them; Untrusted or Malformed otherwise."""

    def acknowledge(self, *, accepted: bool) -> Acknowledgement:
        """The answer that stops (or does not stop) the wallet's resends."""

    def download_bill(self, day: date) -> Iterator[BillEntry]:
        """The account's bill of one business day; NotDone while the wallet has not made it."""


class WalletMessages(Protocol):
    """Messages in the wallet itself, outside our pages. A wallet may lack it."""

    def can_tell(self, template_key: str) -> bool:
        """Whether the account has a template for what the bridge calls so; asks nobody outside."""

    def tell(self, message: WalletMessage) -> None:
        """Hand the message over; Refused where its user wants none, or no template fits."""


class WalletCards(Protocol):
    """Cards in the wallet's own card holder, outside our pages. A wallet may lack it, or some of its abilities."""

    def card_abilities(self) -> frozenset[CardAbility]:
        """What else the wallet can do with cards; asks nobody outside."""

    def add_card_template(self, template: WalletCardTemplate) -> str:
        """Make a template and give the wallet's id of it."""

    def issue_card(self, card: WalletCard) -> None:
        """Put the card into its holder's wallet, under our serial."""

    def show_card_as(self, serial: str, state: WalletCardState) -> None:
        """Show the card as it stands with us; Refused where the wallet has no such serial."""


class HisDirectory(Protocol):
    """Departments, practitioners and the patient index."""

    def departments(self) -> Sequence[Department]:
        """Every department that takes registrations."""

    def practitioners(self, department_code: str) -> Sequence[Practitioner]:
        """The practitioners of one department."""

    def find_patients(self, identity: VerifiedIdentity) -> Sequence[PatientRecord]:
        """The records of that id number, names included for comparison; empty when none."""

    def register_patient(self, identity: VerifiedIdentity) -> None:
        """Create a record; after an unknown outcome `find_patients` tells."""


class HisScheduling(Protocol):
    """Slots and appointments."""

    def slots(self, department_code: str, practitioner_code: str, day: date) -> Sequence[Slot]:
        """The bookable slots of one practitioner on one day, prices included."""

    def book(self, request: BookingRequest) -> Booking:
        """Take a slot; Refused(SLOT_TAKEN) when it is gone."""

    def find_booking(self, placer_id: str) -> Booking | None:
        """The live appointment under our number, or a firm None."""

    def cancel(self, booking: Booking) -> None:
        """Give the slot back; a booking that is already cancelled is no error."""


class HisBilling(Protocol):
    """The hospital's own book of what was paid and refunded through us."""

    def post(self, posting: Posting) -> PostingEntry:
        """Post a payment or a refund; Refused when the hospital will not take it."""

    def find_posting(self, serial: str, day: date) -> PostingEntry | None:
        """The posting under our serial, or a firm None.

        `day` is the wallet's; the hospital may have it on the day before or on a later one. NoDayYet where the lists of
        days must tell and that of the day to come is refused.
        """

    def postings(self, day: date) -> Sequence[PostingEntry]:
        """Every posting of that business day which came through us."""


class HisInvoices(Protocol):
    """The e-invoices (电子票据) of what was paid through us. A system may lack it."""

    def invoice_state(self, serial: str, receipt_no: str, day: date) -> InvoiceState | None:
        """How that of the payment under our serial stands; None where the system cannot tell. `day` as it was paid."""


class HisNews(Protocol):
    """What the hospital sends of its own accord, read from the bytes that were received."""

    def read_news(self, raw: bytes, charset: str | None) -> Sequence[News]:
        """What the message tells, nothing where it tells nothing that is known here.

        `charset` is what the sender is known to use where the message does not say. Malformed names the place that
        cannot be read and quotes nothing: half of a message is never news.
        """

    def preview_news(self, raw: bytes, charset: str | None) -> Preview:
        """The same with what was left and what nothing reads, for the person who writes the map."""


class HisFeeds(Protocol):
    """What the hospital has to tell and does not send: it is fetched. Whoever has it has `HisNews` too."""

    def feeds(self) -> Sequence[Feed]:
        """Every feed that the settings name; asks nobody outside."""

    def fetch(self, feed: str, mark: str) -> Fetched:
        """What came after `mark`, which is a mark of ours or empty for the very beginning.

        What was fetched before may come again and nothing may be left out: a crash between two looks repeats the
        first. NotDone while the hospital cannot say.
        """


class HisHints(Protocol):
    """A push that says no more than that there is something to fetch. A system may lack it."""

    def read_hint(self, body: bytes, headers: Mapping[str, str]) -> Sequence[str]:
        """The feeds to look at now; Untrusted where the sender does not prove who it is."""
