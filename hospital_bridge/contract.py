"""What breaks the plugin slot's contract: each fault with its permanent code and words for the vertical's author."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from marshmallow import Schema

from hospital_bridge.slot import API, BOARD, HOLDS, KIOSK, NOTHING_PERSONAL, PATIENT, Guard, Guarded, Vertical

if TYPE_CHECKING:
    from hospital_bridge.slot import Page

BROKEN, OTHER_API, CLASH, UNDECLARED = "HB-C013", "HB-C018", "HB-C019", "HB-C020"

NAME = re.compile(r"[a-z][a-z0-9]{1,30}")
"""Without a separator in it no vertical's prefix can be the beginning of another one's."""

PATH = re.compile(r"(?:(?:[a-z0-9_.-]+|<(?!operator>)[a-z_]+>)(?:/(?!$)|$))*")
"""Words and `<name>` parts with single slashes between them; the core's own part stands before it."""

# fmt: off
RESERVED = frozenset({
    "admin", "api", "audit", "bank", "binding", "board", "bridge", "card", "cards", "consent", "consents", "data",
    "deliveries", "delivery", "desks", "device", "devices", "disabled", "effect", "endpoints", "family", "feed",
    "finance", "handover", "inbox", "job", "jobs", "ledger", "link", "links", "login", "logout", "message", "messages",
    "money", "operator", "orders", "outside", "payment", "periodic", "queue", "rate", "reconciliation",
    "reconciling", "refund", "refunds", "security", "staff", "statement", "statements", "store", "stream", "subject",
    "telling", "wallet", "web", "webhook", "work",
})
# fmt: on
"""Words that the core's own tables, topics and addresses begin with."""


@dataclass(frozen=True, slots=True)
class ContractFault:
    """One breach; `text` completes "the vertical …" and holds no personal data."""

    code: str
    text: str


def faults_of(name: str, vertical: Vertical) -> Iterator[ContractFault]:
    """Everything about one vertical that keeps it out of the slot; `name` is that of its entry point.

    One of another api is not looked at further: its data may mean something else.
    """
    manifest = vertical.manifest
    if manifest.api != API:
        yield ContractFault(OTHER_API, f"was written for slot api {manifest.api}, this bridge has {API}")
        return
    if manifest.name != name:
        yield ContractFault(BROKEN, f"calls itself {manifest.name!r}")
    if not NAME.fullmatch(name):
        yield ContractFault(BROKEN, "needs a name of lower-case letters and digits, at most 31")
    if name in RESERVED:
        yield ContractFault(CLASH, "bears a name that the core's own tables, topics or addresses begin with")
    for code, texts in (
        (BROKEN, _misshapen(vertical)),
        (BROKEN, _misshapen_pages(vertical)),
        (CLASH, _strange_prefixes(name, vertical)),
        (CLASH, _doubles(vertical)),
        (UNDECLARED, _undeclared(vertical)),
        (BROKEN, _dead_ends(vertical)),
        (BROKEN, _cardless(vertical)),
        (BROKEN, _wordless(vertical)),
    ):
        yield from (ContractFault(code, text) for text in texts)


def _misshapen(vertical: Any) -> Iterator[str]:
    """What would break only while it runs; a stranger's data may be of any type."""
    if not (isinstance(vertical.settings, type) and issubclass(vertical.settings, Schema)):
        yield "has settings that are no class of a marshmallow schema"
    if not all(vertical.manifest.roles):
        yield "declares a role without a name"
    for guard in vertical.guards:
        if not _is_guard(guard):
            yield "has a guard that is no Guard of something Guarded with a load and a decide"
    for reaction in vertical.reactions:
        if not callable(reaction.handler) or (reaction.every is not None and reaction.every <= timedelta()):
            yield f"has the reaction {reaction.topic!r} without a handler, or with a timer that never waits"
    if vertical.manifest.personal_data and not (vertical.export_subject and vertical.erase_subject):
        yield "keeps personal data, and can not both export and erase a person"


def _misshapen_pages(vertical: Any) -> Iterator[str]:
    for page in vertical.pages:
        if page.method not in {"GET", "POST"}:
            yield f"has the page {page.name!r} with the method {page.method!r}, neither GET nor POST"
        if not PATH.fullmatch(page.path):
            yield f"has the page {page.name!r} at {page.path!r}, which is no path of words and <name> parts"
        if not callable(page.handler):
            yield f"has the page {page.name!r} without a handler"


def _is_guard(guard: Any) -> bool:
    is_of_something = isinstance(guard, Guard) and isinstance(guard.on, Guarded)
    return is_of_something and callable(guard.load) and callable(guard.decide)


def _strange_prefixes(name: str, vertical: Vertical) -> Iterator[str]:
    words = [sale.kind for sale in vertical.sales] + [reaction.topic for reaction in vertical.reactions]
    words += [card.kind for card in vertical.cards]
    yield from (
        f"has {word!r}, which must begin with {name + '.'!r}" for word in words if not word.startswith(f"{name}.")
    )
    for table in _tables(vertical):
        if not table.startswith(f"{name}_"):
            yield f"has the table {table!r}, which must begin with {name + '_'!r}"


def _doubles(vertical: Vertical) -> Iterator[str]:
    claims = [
        ("pages called", [page.name for page in vertical.pages]),
        ("pages at", [_address(page) for page in vertical.pages]),
        ("resources called", [resource.name for resource in vertical.resources]),
        ("resources at", [f"{resource.method} {resource.path}" for resource in vertical.resources]),
        ("sales of the kind", [sale.kind for sale in vertical.sales]),
        ("cards of the kind", [card.kind for card in vertical.cards]),
        ("reactions to", [reaction.topic for reaction in vertical.reactions]),
        ("chores called", [chore.name for chore in vertical.care.chores]),
        ("messages for", [f"{notice.entry.event} to {notice.entry.audience}" for notice in vertical.messages]),
    ]
    for what, names in claims:
        yield from (f"has two {what} {each!r}" for each in _twice(names))


def _address(page: Page) -> str:
    """Two roles of staff share their addresses, as do the two kinds of devices."""
    area = {PATIENT: "p", BOARD: "device", KIOSK: "device"}.get(page.role, "staff")
    return f"{page.method} {area}/{re.sub('<.*?>', '<>', page.path)}"


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _undeclared(vertical: Vertical) -> Iterator[str]:
    manifest = vertical.manifest
    roles = {PATIENT, BOARD, KIOSK, *manifest.roles}
    for page in vertical.pages:
        if page.role not in roles:
            yield f"has the page {page.name!r} for the role {page.role!r}, which its manifest does not declare"
    for role in sorted(set(vertical.lines.callers if vertical.lines else ()) - roles):
        yield f"lets the role {role!r} call, which its manifest does not declare"
    for card in vertical.cards:
        for role in sorted(set(card.redeemers) - set(manifest.roles)):
            yield f"lets the role {role!r} redeem {card.kind!r}, which its manifest does not declare"
    ports = manifest.ports | manifest.optional_ports
    in_wallet = [card for card in vertical.cards if card.in_wallet is not None]
    for needed, port in (
        (vertical.sales, "WalletPayments"),
        (vertical.inbound, "HisNews"),
        (in_wallet, "WalletCards"),
    ):
        if needed and port not in ports:
            yield f"works with the port {port}, which its manifest does not name"
    yield from _undeclared_data(vertical)


def _undeclared_data(vertical: Vertical) -> Iterator[str]:
    """Every column of bytes says what it holds, for what is kept of a person is sealed and so stands in bytes."""
    declared = {kept.name for kept in vertical.manifest.personal_data}
    for table, columns in _tables(vertical).items():
        for column in columns:
            held = column.info.get(HOLDS)
            if held is None and column.type.__visit_name__ == "large_binary":
                yield f"does not say which personal data {table}.{column.name} holds"
            elif held not in {None, NOTHING_PERSONAL, *declared}:
                yield f"keeps {held!r} in {table}.{column.name}, which its manifest does not declare"


def _tables(vertical: Vertical) -> dict[str, list]:  # type: ignore[type-arg]  # only the store knows SQLAlchemy's names
    tables = {} if vertical.tables is None else vertical.tables.tables
    return {name: list(table.columns) for name, table in tables.items()}


def _dead_ends(vertical: Vertical) -> Iterator[str]:
    pages = {page.name: page for page in vertical.pages}
    for page in vertical.pages:
        if page.again and page.again not in pages:
            yield f"has the page {page.name!r}, which shows errors on {page.again!r}, which is no page"
    for notice in vertical.messages:
        target = pages.get(notice.page)
        if notice.page and (target is None or (target.role, target.method) != (PATIENT, "GET")):
            yield f"has the message {notice.entry.event!r}, which leads to {notice.page!r}, no page of patients"
    if (vertical.tables is None) != (vertical.migrations is None):
        yield "has tables without migrations, or migrations without tables"
    for table, columns in _tables(vertical).items():
        leads = next((column.name for column in columns if column.primary_key), None)
        if leads != "operator_id":
            yield f"has the table {table!r}, whose key does not begin with the operator"
    if vertical.pages and not vertical.templates:
        yield "has pages and names no package of templates"
    for package in filter(None, (vertical.templates, vertical.wording)):
        yield from _uncompiled(package)


def _uncompiled(package: str) -> Iterator[str]:
    """Pages without their words would be shown in English to everybody."""
    try:
        folder = files(package) / "catalogues"
    except ModuleNotFoundError:
        yield f"names the package {package!r}, which is not there"
        return
    for language in ("zh_CN", "en"):
        if not (folder / f"{language}.mo").is_file():
            yield f"has no compiled catalogue catalogues/{language}.mo in the package {package!r}"


def _cardless(vertical: Vertical) -> Iterator[str]:
    for sale in vertical.sales:
        if sale.reverses_cards and not vertical.cards:
            yield f"has the sale {sale.kind!r}, which reverses cards, and declares none"


def _wordless(vertical: Vertical) -> Iterator[str]:
    for notice in vertical.messages:
        if notice.fillings != notice.entry.template.parameters.keys():
            yield f"has the message {notice.entry.event!r}, whose sentence does not speak of exactly its parameters"
