"""What the composition root gives to the pages: operators, flows and read models, all of it data and callables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol

from adapters.values import Acknowledgement
from hospital_bridge.clock import Clock, Ids
from hospital_bridge.slot import Scope, Vertical
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.admin_reads import AdminReads
from hospital_bridge.web.finance_reads import Finance
from hospital_bridge.web.message_reads import Messages
from hospital_bridge.web.order_reads import Orders
from hospital_bridge.web.refund_reads import Refunds


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose of processing that a patient agrees to by itself (PIPL art. 29); texts are message ids."""

    code: str
    title: str
    text: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The text that a patient is shown; a changed text has another version."""

    version: str
    purposes: tuple[Purpose, ...]


@dataclass(frozen=True, slots=True)
class Consent:
    """What a patient agreed to: the version shown and the codes of the ticked purposes."""

    version: str
    purposes: tuple[str, ...]


class AuthoriseUrl(Protocol):
    """Where the wallet asks its user (`WalletIdentity.authorise_url`)."""

    def __call__(self, *, redirect_uri: str, state: str) -> str: ...


class CompleteLogin(Protocol):
    """Trade the wallet's one-use code for a wallet user, verify the real name and keep the consent.

    Returns the wallet user id; raises the outcomes of `adapters.errors`. `locale` is for a new wallet user.
    """

    def __call__(self, code: str, consent: Consent, *, locale: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Wallet:
    """One wallet account of an operator: how its users sign in and where its notices go.

    `receive_notice` takes the received bytes and headers.
    """

    account: str
    title: str
    authorise_url: AuthoriseUrl
    complete: CompleteLogin
    receive_notice: Callable[[bytes, Mapping[str, str]], Acknowledgement]


@dataclass(frozen=True, slots=True)
class Plugged:
    """A vertical as one operator has it."""

    vertical: Vertical
    scope: Scope
    page_scope: Callable[[], Scope] | None = None

    def asked(self) -> Scope:
        """The scope for one page: only so many pages may wait for outside systems at the same time."""
        return self.page_scope() if self.page_scope else self.scope


@dataclass(frozen=True, slots=True)
class Operator:
    """A tenant as its pages show it; `names` by language, the first being the fallback.

    `hints` by system: each takes the body and headers of a push and raises Untrusted where it proves nothing.
    """

    id: str
    names: Mapping[str, str]
    timezone: tzinfo
    phone: str
    language: str
    consent: ConsentText
    most_family_members: int = 4
    wallets: Mapping[str, Wallet] = field(default_factory=dict)
    hints: Mapping[str, Callable[[bytes, Mapping[str, str]], None]] = field(default_factory=dict)
    verticals: Mapping[str, Plugged] = field(default_factory=dict)

    def name_in(self, language: str) -> str:
        """The name in that language, or else the first one."""
        return self.names.get(language) or next(iter(self.names.values()))


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that readiness depends on."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that the pages stand on.

    `public_url` has no trailing slash. `trusted_proxies` are the networks whose X-Forwarded-For is
    believed, `metrics_networks` those that may read the figures. `authenticate` takes operator id,
    login name and password and gives a staff id or None.
    """

    public_url: str
    version: str
    operators: Mapping[str, Operator]
    store: Store
    clock: Clock
    ids: Ids
    authenticate: Callable[[str, str, str], str | None]
    admin: AdminReads
    finance: Finance
    orders: Orders
    refunds: Refunds
    received: Messages
    metrics: Callable[[], str]
    readiness: Callable[[], Sequence[Probe]]
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    metrics_networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @property
    def verticals(self) -> Sequence[Vertical]:
        """Every vertical that some operator has."""
        plugged = [each for operator in self.operators.values() for each in operator.verticals.values()]
        return list({each.vertical.manifest.name: each.vertical for each in plugged}.values())
