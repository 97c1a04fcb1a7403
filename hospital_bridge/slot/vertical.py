"""What a vertical declares: data, read once at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from marshmallow import Schema

from adapters.invoices import InvoiceState
from adapters.news import News
from hospital_bridge.slot.cards import CardKind
from hospital_bridge.slot.care import Care
from hospital_bridge.slot.facade import Scope, VerticalWork
from hospital_bridge.slot.guards import Guard
from hospital_bridge.slot.lines import LineRules
from hospital_bridge.slot.messages import Notice
from hospital_bridge.slot.money import FulfilMode, PaidSale, Progress, Receipt, SaleEntry

API = 1
GROUP = "hospital_bridge.verticals"

PATIENT = "patient"
"""The role of a wallet user who has signed in."""

BOARD, KIOSK = "board", "kiosk"
"""The roles of enrolled devices: a screen that a hall looks at, one that people touch. Every other role is staff's."""


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
    entries: Callable[[Scope, date], Iterable[SaleEntry]] | None
    """The fulfilling system's own list of a day, None where it tells none; sales that stand in one list name the same
    function."""
    invoice: Callable[[Scope, PaidSale], InvoiceState | None] | None = None
    """How the e-invoice of it stands, None where the issuing system cannot tell; without it the sale has none."""
    reverses_cards: bool = False
    """What was redeemed for an order of it (`Use.order_ref` is the `sale_ref`) is its holder's again, once, as soon as
    the order is refunded in full or ends unpaid; a partial refund gives nothing back. Runs before `changed`."""


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
class Download:
    """A file to save instead of a page to show; `name` is plain ASCII."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request after login, role, operator, CSRF and schema were checked."""

    scope: Scope
    principal: str
    """The wallet user id of a patient page, the staff id of a staff page, the device id of a device's;
    of a resource the system that calls, as the trail names it."""
    data: Mapping[str, Any]
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    """What was typed, when `errors` says why it was not accepted."""
    place: tuple[str, ...] = ()
    """What an enrolled device stands before, such as the lines that it shows."""
    held_for: frozenset[str] = frozenset()
    """On a page that `heeds_departments`: those, such as shops, for which alone the role is held; none meaning all."""
    subject_id: str = ""
    """The person whom a patient page is about, chosen among those for whom the wallet user acts; empty for nobody.

    That they act for the person says nothing of a right: ask `Subjects.may`.
    """
    command_key: str = ""
    """On a POST the same for the same request sent or run again, which may come after a commit of the first run."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as data: only `web` knows HTTP, so no page can bypass login.

    `path` is below the operator's and vertical's prefix, with `<name>` parts that arrive in `data`.
    `again` names the GET page that shows a broken form once more with its errors.
    """

    name: str
    path: str
    handler: Callable[[PageRequest], View | Go | Download]
    role: str = PATIENT
    method: str = "GET"
    schema: type[Schema] | None = None
    again: str = ""
    menu: str = ""
    """Words for the menu of the service window, or of the staff who have the role; empty keeps the page out of it."""
    asks_position: bool = False
    """It may ask the phone where it is, as no other page may; of what it is sent the core keeps not even a digest."""
    heeds_departments: bool = False
    """It asks `PageRequest.held_for`, and so is open to staff who hold its role for some departments alone."""


@dataclass(frozen=True, slots=True)
class Told:
    """What another system is told: JSON, and of a POST the resource (with its parts) where the result stands."""

    data: Mapping[str, Any]
    status: int = 200
    at: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource:
    """An address of the API as data: only `web` knows HTTP, so none can bypass the keys and their scopes.

    `path` is below `/api/v1/<operator>/<vertical>/`; its parts and the JSON body arrive in `data` once `schema` has
    accepted them. A POST runs once for each Idempotency-Key. The handler raises `errors.BridgeError` for a fault.
    """

    name: str
    path: str
    scope: str
    handler: Callable[[PageRequest], Told]
    method: str = "GET"
    schema: type[Schema] | None = None


@dataclass(frozen=True, slots=True)
class Reaction:
    """A job of the vertical: `topic` begins with the vertical's name."""

    topic: str
    handler: Callable[[Scope, str], None]
    every: timedelta | None = None
    """A timer that enqueues the job for each operator; `ref` is then the operator id."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A kind of news that the vertical wants (a class of `adapters.news`), read through the core's inbox.

    `apply` runs in the transaction that marks the message as applied. It raises `LookAgain` while it must wait. News
    that nothing else depends on need not be applied `in_order` with other news: a message that tells nothing else
    lets the patient's later ones go ahead while it waits, except those of its own kind. Before several are applied in
    one transaction `read_ahead` is given all of them, to ask at once for what each will ask for.
    """

    news: type[News]
    apply: Callable[[VerticalWork, Any], None]
    in_order: bool = True
    read_ahead: Callable[[VerticalWork, Sequence[Any]], None] | None = None


class LookAgain(Exception):
    """What the message is about is on its way somewhere: apply it again after that time."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"again in {after}")
        self.after = after


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A class of personal data that the vertical keeps, why, and for how long."""

    name: str
    purpose: str
    retention: timedelta


HOLDS = "holds"
NOTHING_PERSONAL = "nothing personal"


def holds(personal_data: str) -> dict[str, Any]:
    """The `info` of a column, which says what class of personal data it holds: `Column(…, info=holds("report"))`.

    Every column of bytes says it, be it NOTHING_PERSONAL; the class is one that the manifest declares.
    """
    return {HOLDS: personal_data}


class StillNeeded(Exception):
    """A person cannot be erased yet; the text is a sentence that says why, without personal data."""


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
    resources: tuple[Resource, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    lines: LineRules | None = None
    """How its lines work, where it has any."""
    cards: tuple[CardKind, ...] = ()
    """The kinds of cards that it gives out."""
    messages: tuple[Notice, ...] = ()
    """What it tells people, through `VerticalWork.messages`."""
    tables: Any = None
    """SQLAlchemy MetaData of the vertical's own tables, whose names begin with the vertical's."""
    migrations: Path | None = None
    """Folder that holds the vertical's own Alembic versions."""
    templates: str = ""
    """Package that holds the vertical's templates."""
    wording: str = ""
    """Package whose catalogues say the core's sentences in the vertical's own words, at the operators that run it."""
    export_subject: Callable[[VerticalWork, str], Mapping[str, Any]] | None = None
    erase_subject: Callable[[VerticalWork, str], None] | None = None
    """Forgets the person in the vertical's own tables; raises StillNeeded while something is under way for them."""
    care: Care = field(default_factory=Care)
    """What `doctor` asks it and what its engineer may do."""
    guards: tuple[Guard, ...] = ()
    """What it forbids for its own sales and lines."""
