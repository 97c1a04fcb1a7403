"""The plugin slot: what a vertical declares, and the façade that it is given.

A vertical is data read once at start (entry point group `hospital_bridge.verticals`). It never
imports the core's flows or tables: everything it needs arrives through the protocols below, and
everything it changes at the core happens inside the unit of work that it is handed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from marshmallow import Schema

from adapters.values import EntryKind, Fen, Identifier, VerifiedIdentity

API = 1
GROUP = "hospital_bridge.verticals"

PATIENT = "patient"
"""The role of a wallet user who has signed in; every other role is a staff role."""


# --- what a vertical may do with the core -----------------------------------


class Subjects(Protocol):
    """People whom wallet users have bound; a vertical sees those of its operator."""

    def bound_to(self, wallet_user_id: str) -> Sequence[str]:
        """Subject ids of the live bindings of a wallet user, oldest first."""

    def identity(self, subject_id: str) -> VerifiedIdentity:
        """The verified identity of one subject, opened from its sealed columns."""

    def identifiers(self, subject_id: str) -> Sequence[Identifier]:
        """The subject's live record numbers, oldest first; a person may have several."""

    def add_identifier(self, subject_id: str, identifier: Identifier) -> None:
        """Keep a record number; one that stands already is left as it is."""

    def remove_identifier(self, subject_id: str, identifier: Identifier) -> None:
        """Take a record number out of use."""


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
    pay_url: str
    """Where the payer's payment sheet opens; empty unless the payment waits for the payer."""
    moving: bool
    """Something is under way outside, so that the page should look again by itself."""


class Payments(Protocol):
    """Money, asked for in the vertical's words; the core keeps order, ledger and refunds."""

    def open(self, request: PaymentRequest) -> str:
        """Record that this is owed; returns the payment id; zero skips the wallet."""

    def view(self, payment_id: str) -> PaymentView:
        """How the payment stands."""

    def refund_all(self, payment_id: str, reason: str) -> None:
        """Reserve what is still refundable and send it back after the commit."""

    def abandon(self, payment_id: str, reason: str) -> None:
        """Close an unpaid payment at the wallet, then here; money that still arrives is refunded."""


class Jobs(Protocol):
    """Work to do after this commit; `ref` is an opaque id, never personal data."""

    def add(
        self,
        topic: str,
        ref: str,
        *,
        lane: str = "io",
        stream: str,
        dedupe_key: str | None = None,
        run_at: datetime | None = None,
    ) -> str:
        """Enqueue in the same transaction as the change that it follows; the job's id."""


class Audit(Protocol):
    """The trail of acts."""

    def record(self, actor: str, action: str, target: str, **detail: str) -> None:
        """One row in the same transaction as the act; opaque ids only."""


class Seal(Protocol):
    """Personal data in a vertical's own columns, bound to its place and to one person's key."""

    def seal(self, subject_id: str, table: str, column: str, row_id: str, value: str) -> bytes:
        """The sealed bytes of the value, which open nowhere else."""

    def open(self, subject_id: str, table: str, column: str, row_id: str, sealed: bytes) -> str:
        """The value again; raises when it was moved or altered, or when the person was erased."""


class VerticalWork(Protocol):
    """One transaction of one operator, as a vertical sees it."""

    @property
    def operator_id(self) -> str: ...

    @property
    def now(self) -> datetime:
        """The one instant of this transaction."""

    @property
    def ids(self) -> Any:
        """Source of ids (`clock.Ids`)."""

    @property
    def connection(self) -> Any:
        """For the vertical's own store module and nothing else."""

    @property
    def seal(self) -> Seal: ...

    @property
    def subjects(self) -> Subjects: ...

    @property
    def payments(self) -> Payments: ...

    @property
    def jobs(self) -> Jobs: ...

    @property
    def audit(self) -> Audit: ...

    def table(self, table: Any) -> Any:
        """One of the vertical's own tables, bound to the operator (`store.tenant_table`)."""


class Effects(Protocol):
    """Drives one change at an outside system to a firm end (payment.effects)."""

    def drive(self, call: OutsideCall) -> None:
        """Intent committed, call, result committed; an unknown is queried; raises to be run again."""


class Scope(Protocol):
    """What a handler of one operator is given outside any transaction."""

    @property
    def operator_id(self) -> str: ...

    @property
    def timezone(self) -> tzinfo: ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """The vertical's own validated settings."""

    def begin(self) -> Any:
        """A writing unit of work: context manager of VerticalWork."""

    def read(self) -> Any:
        """A reading unit of work: context manager of VerticalWork."""

    def now(self) -> datetime:
        """The present instant."""

    def port(self, name: str) -> Any:
        """The adapter behind a port that the manifest named, such as `HisBilling`."""

    @property
    def effects(self) -> Effects: ...


@dataclass(frozen=True, slots=True)
class OutsideCall:
    """One change at an outside system; `key` is made once and is its idempotency key.

    `act` changes the world under that key. `look` tells after an unknown outcome: the result, or a firm
    None ("never happened: act again"). Without `look` a person decides. `confirmed` and
    `refused` run in the transaction that records the end.
    """

    kind: str
    key: str
    act: Callable[[], Any]
    look: Callable[[], Any] | None
    confirmed: Callable[[VerticalWork, Any], None]
    refused: Callable[[VerticalWork, str], None]


# --- what a vertical declares ------------------------------------------------


class FulfilMode(StrEnum):
    """What the fulfilling system can do after an unknown outcome."""

    IDEMPOTENT = "idempotent"
    QUERYABLE = "queryable"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What a vertical asks the core to collect."""

    sale_kind: str
    sale_ref: str
    subject_id: str
    wallet_user_id: str
    amount_fen: Fen
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PaidSale:
    """A collected sale to fulfil or reverse; `serial` is the idempotency key of this posting."""

    serial: str
    sale_ref: str
    subject_id: str
    amount_fen: Fen
    merchant_order_no: str
    provider_trade_no: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """The fulfilling system's firm yes; `control_id` names the message that carried it."""

    serial: str
    receipt_no: str
    amount_fen: Fen
    control_id: str = ""


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


@dataclass(frozen=True, slots=True)
class Sale:
    """One kind of thing sold. `title` is what the wallet shows, from a fixed word list."""

    kind: str
    title: str
    mode: FulfilMode
    fulfil: Callable[[Scope, PaidSale], Receipt]
    query: Callable[[Scope, PaidSale], Receipt | None] | None
    reverse: Callable[[Scope, PaidSale], Receipt]
    query_reversal: Callable[[Scope, PaidSale], Receipt | None] | None
    changed: Callable[[VerticalWork, str, Progress, str], None]
    """(work, sale_ref, progress, reason): the vertical follows, in the same transaction."""
    entries: Callable[[Scope, date], Sequence[SaleEntry]]


@dataclass(frozen=True, slots=True)
class View:
    """A page to show: a template of the vertical and its data."""

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    refresh_seconds: int | None = None
    """A page that waits for something looks again by itself."""


@dataclass(frozen=True, slots=True)
class Go:
    """Show another page of the vertical instead."""

    page: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request after login, role, operator, CSRF and schema were checked."""

    scope: Scope
    principal: str
    """The wallet user id of a patient page, the staff id of a staff page."""
    data: Mapping[str, Any]
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    """What was typed, when `errors` says why it was not accepted."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as data: only `web` knows HTTP, so no page can bypass login.

    `path` is below the operator's and vertical's prefix, with `<name>` parts that arrive in `data`.
    `again` names the GET page that shows a broken form once more with its errors.
    """

    name: str
    path: str
    handler: Callable[[PageRequest], View | Go]
    role: str = PATIENT
    method: str = "GET"
    schema: type[Schema] | None = None
    again: str = ""
    menu: str = ""
    """Words for the service window's menu; empty keeps the page out of it."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """A job of the vertical: `topic` begins with the vertical's name."""

    topic: str
    handler: Callable[[Scope, str], None]
    every: timedelta | None = None
    """A timer that enqueues the job for each operator; `ref` is then the operator id."""


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A class of personal data that the vertical keeps, why, and for how long."""

    name: str
    purpose: str
    retention: timedelta


@dataclass(frozen=True, slots=True)
class VerticalManifest:
    """The static part: an immutable name that prefixes tables, addresses, jobs and settings."""

    name: str
    title: str
    api: int
    ports: frozenset[str] = frozenset()
    optional_ports: frozenset[str] = frozenset()
    personal_data: tuple[PersonalData, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vertical:
    """One vertical, whole."""

    manifest: VerticalManifest
    settings: type[Schema]
    sales: tuple[Sale, ...] = ()
    pages: tuple[Page, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    tables: Any = None
    """SQLAlchemy MetaData of the vertical's own tables, whose names begin with the vertical's."""
    migrations: Path | None = None
    """Folder that holds the vertical's own Alembic versions."""
    templates: str = ""
    """Package that holds the vertical's templates."""
    export_subject: Callable[[VerticalWork, str], Mapping[str, Any]] | None = None
    erase_subject: Callable[[VerticalWork, str], None] | None = None
