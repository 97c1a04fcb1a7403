"""What a vertical may do with the core: narrow protocols, supplied by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Protocol

from adapters.values import Fen, Identifier, VerifiedIdentity
from hospital_bridge.slot.cards import Cards
from hospital_bridge.slot.lines import Lines
from hospital_bridge.slot.messages import Messages
from hospital_bridge.slot.money import PaymentRequest, PaymentView
from hospital_bridge.slot.people import Binding, Right
from hospital_bridge.slot.webhooks import Webhooks


class Subjects(Protocol):
    """People whom wallet users have bound; a vertical sees those of its operator."""

    def bound_to(self, wallet_user_id: str) -> Sequence[str]:
        """Subject ids of those for whom a wallet user may do something, themselves first, then oldest first."""

    def people_of(self, wallet_user_id: str) -> Sequence[Binding]:
        """Those for whom a wallet user acts, themselves first, each with the rights of this moment (maybe none)."""

    def may(self, wallet_user_id: str, subject_id: str, right: Right) -> bool:
        """Whether a wallet user has that right for a person at this moment."""

    def recipients(self, subject_id: str, right: Right) -> Sequence[str]:
        """The wallet users who have that right for a person, the person themselves first, then oldest first."""

    def identity(self, subject_id: str) -> VerifiedIdentity:
        """The verified identity of one subject, opened from its sealed columns."""

    def identifiers(self, subject_id: str) -> Sequence[Identifier]:
        """The subject's live record numbers, oldest first; a person may have several."""

    def add_identifier(self, subject_id: str, identifier: Identifier) -> None:
        """Keep a record number; one that stands already is left as it is."""

    def remove_identifier(self, subject_id: str, identifier: Identifier) -> None:
        """Take a record number out of use."""

    def holders(self, identifier: Identifier) -> Sequence[str]:
        """Subject ids of those who have that number in use; two where one number was given twice."""

    def read_ahead(self, identifiers: Iterable[Identifier]) -> None:
        """Read in one statement for each system what `holders` will be asked for."""

    def find(self, id_type: str, id_number: str) -> str | None:
        """The subject of that document, or None."""


class NeedsSecondPerson(Exception):
    """So large a sum is given back in the finance console alone, where a second person approves it."""


class Payments(Protocol):
    """Money, asked for in the vertical's words; the core keeps order, ledger and refunds.

    What staff give back on a page of the vertical is `by_staff`: NeedsSecondPerson, and nothing was written, from the
    operator's sum on, to which everything counts that went back of the payment before.
    """

    def open(self, request: PaymentRequest) -> str:
        """Record that this is owed; returns the payment id; zero skips the wallet."""

    def view(self, payment_id: str) -> PaymentView:
        """How the payment stands."""

    def of_sales(self, sale_kind: str, sale_refs: Sequence[str]) -> Sequence[PaymentView]:
        """How the payments of these sales stand, the oldest first."""

    def refund_all(self, payment_id: str, reason: str, *, by_staff: bool = False) -> None:
        """Reserve what is still refundable and send it back after the commit."""

    def refund_part(
        self, payment_id: str, amount_fen: Fen, reason: str, command_key: str = "", *, by_staff: bool = False
    ) -> bool:
        """Reserve that much of a payment whose fulfilment is firm, and send it back after the commit.

        False where the fulfilment is open yet or so much is not left; nothing was written then. A page gives its
        `PageRequest.command_key`: of one payment a key begins one refund, and a repeat is told that it was done.
        """

    def hold(self, payment_ids: Sequence[str]) -> None:
        """Let nothing of these payments move elsewhere until the commit, so that all are seen at one moment.

        Whoever holds several names them in one order everywhere.
        """

    def forgo(self, payment_id: str, reason: str) -> None:
        """What was to go back for that reason, and the wallet would not take, is owed no more: no work list has it."""

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

    def welcome(self, subject_id: str) -> None:
        """Somebody new, whose id was made in this unit of work, is about to be sealed for."""

    def seal(self, subject_id: str, table: str, column: str, row_id: str, value: str) -> bytes:
        """The sealed bytes of the value, which open nowhere else."""

    def open(self, subject_id: str, table: str, column: str, row_id: str, sealed: bytes) -> str:
        """The value again; raises when it was moved or altered, or when the person was erased."""

    def seal_bytes(self, subject_id: str, table: str, column: str, row_id: str, value: bytes) -> bytes:
        """The same for what is not text, such as a document."""

    def open_bytes(self, subject_id: str, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        """The same for what `seal_bytes` sealed."""

    def seal_own(self, table: str, column: str, row_id: str, value: bytes) -> bytes:
        """A value of the operator's own, such as one of which nobody knows yet whose it is."""

    def open_own(self, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        """What `seal_own` sealed."""

    def index(self, kind: str, value: str) -> str:
        """The operator's own HMAC-SHA256 of a value among those of its kind, 64 hex digits; tells nothing about it."""


class VerticalWork(Protocol):
    """One transaction of one operator, as a vertical sees it."""

    @property
    def operator_id(self) -> str: ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """The vertical's own validated settings at this operator."""

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
    def lines(self) -> Lines:
        """The vertical's lines; LookupError when it declares none."""

    @property
    def cards(self) -> Cards:
        """The vertical's cards; LookupError when it declares none."""

    @property
    def messages(self) -> Messages:
        """What people are told, in words that the vertical declared."""

    @property
    def webhooks(self) -> Webhooks:
        """What other systems are told."""

    @property
    def jobs(self) -> Jobs: ...

    @property
    def audit(self) -> Audit: ...

    def table(self, table: Any) -> Any:
        """One of the vertical's own tables, bound to the operator (`store.tenant_table`)."""


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

    def has_port(self, name: str) -> bool:
        """Whether some adapter of this operator has a port that the manifest named as optional."""

    def shown(self, name: str) -> Any:
        """The same port for a page that only shows the answers: they may be a little old, and are asked once for many.

        Nothing is priced or booked from it.
        """

    def closed_until(self) -> datetime | None:
        """When something new may begin again that needs the operator's own system; None where it may now."""

    def waiting(self) -> AbstractContextManager[None]:
        """A place among the pages that wait for outside systems; a port's calls inside share it; Busy where none is."""

    @property
    def effects(self) -> Effects: ...
