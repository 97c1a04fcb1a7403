"""The configuration after every check: frozen, secrets resolved, paths absolute."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema

from adapters.values import Fen
from hospital_bridge.settings.pace import PaceSettings
from hospital_bridge.settings.pace_schema import USUAL_PACE
from notifications.signing import Secret

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Where the pages are served; TLS ends at the proxy before it."""

    host: str
    port: int
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerTls:
    """PEM files of the listener; with an authority only senders with a certificate of that authority are heard."""

    certificate_file: Path
    key_file: Path
    client_authority_file: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSettings:
    """Where HL7 messages are received over MLLP; sizes in bytes, times in seconds; without `tls` not encrypted."""

    host: str
    port: int
    max_connections: int
    max_message_bytes: int
    max_segments: int
    max_in_flight_bytes: int
    read_seconds: int
    idle_seconds: int
    tls: ListenerTls | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings:
    """What all operators share.

    `root_key` (32 bytes) seals the keys of personal data, `older_root_keys` still open what they
    sealed; `owner_database_url` is the login that owns the tables and runs migrations, where the
    database has logins. Raw messages cannot be opened any more after `raw_message_days`.
    """

    data_dir: Path
    public_url: str
    trusted_proxies: tuple[Network, ...]
    database_url: str = field(repr=False)
    owner_database_url: str = field(repr=False)
    root_key: bytes = field(repr=False)
    older_root_keys: tuple[bytes, ...] = field(default=(), repr=False)
    algorithm: str
    raw_message_days: int
    metrics_networks: tuple[Network, ...]
    web: WebSettings
    listener: ListenerSettings
    log_level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterChoice:
    """An adapter by its entry point's name, and its own settings as its schema loaded them.

    `pace` is how gently a hospital's system is treated.
    """

    adapter: str
    settings: Mapping[str, Any] = field(repr=False)
    pace: PaceSettings = USUAL_PACE


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersTo:
    """The listener of a sender, where it takes the second answers of HL7's enhanced mode."""

    host: str
    port: int
    tls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A sender of HL7 messages; `charset` serves where MSH-18 does not say what the bytes are.

    `acknowledgement` is the mode in which it is answered; sizes, counts and times are the listener's where they are
    None. `system` is the one of the operator's systems whose map reads them. Who once sent and then is silent for
    `expected_every` seconds is told of; 0 for nobody. `answers` is where second answers go; None for nowhere.
    """

    name: str
    addresses: tuple[Network, ...]
    charset: str
    acknowledgement: str = "as_asked"
    max_connections: int = 8
    max_message_bytes: int | None = None
    max_segments: int | None = None
    read_seconds: int | None = None
    idle_seconds: int | None = None
    system: str = "his"
    expected_every: int = 0
    answers: AnswersTo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """After how many failed checks in a row a link is down, and after how many good ones it is back."""

    failed_checks: int = 3
    good_checks: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A system that is told of `events`, signed with each of `secrets`; `networks` are where it may stand.

    Without `networks` it must stand on a public address.
    """

    name: str
    url: str
    secrets: tuple[Secret, ...] = field(repr=False)
    events: frozenset[str]
    networks: tuple[Network, ...] = ()


SECOND_PERSON_FROM = Fen(100_000)
"""The usual sum in fen from which on two people refund."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSettings:
    """A refund that staff ask for needs a second person from `second_person_from` on, in fen."""

    second_person_from: Fen = SECOND_PERSON_FROM


BILL_COLUMNS = ("order_no", "shop_no", "terminal_no", "cashier_no")
"""What a wallet's bill says of a line by which a channel can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillChannel:
    """A till or system that shares a wallet account's merchant number, and the lines of its bill that are its own."""

    wallet: str
    name: str
    patterns: Mapping[str, re.Pattern[str]]

    def fits(self, told: Mapping[str, object]) -> bool:
        """Whether what a line tells, by column, matches every pattern."""
        return all(pattern.fullmatch(str(told[column])) for column, pattern in self.patterns.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSettings:
    """One tenant: a hospital, a bus company, a mall; `verticals` maps a name to its settings.

    `systems` are the hospital's systems beside its HIS, by names of its own.
    """

    id: str
    name: str
    name_en: str
    phone: str
    timezone: ZoneInfo
    locale: str
    most_family_members: int
    wallets: Mapping[str, AdapterChoice]
    his: AdapterChoice | None
    verticals: Mapping[str, Mapping[str, Any]] = field(repr=False)
    peers: tuple[Peer, ...]
    webhooks: tuple[Webhook, ...] = ()
    alerts: Alerts = Alerts()
    refunds: RefundSettings = RefundSettings()
    bill_channels: tuple[BillChannel, ...] = ()
    systems: Mapping[str, AdapterChoice] = field(default_factory=dict)

    @property
    def all_systems(self) -> tuple[AdapterChoice, ...]:
        """The hospital's systems, its HIS first."""
        return tuple(filter(None, (self.his, *self.systems.values())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration; `digest` (sha256, hex) names what was written, without any secret's value."""

    bridge: BridgeSettings
    operators: tuple[OperatorSettings, ...]
    digest: str

    def operator(self, operator_id: str) -> OperatorSettings:
        """One operator; KeyError when the configuration has none of that id."""
        return {operator.id: operator for operator in self.operators}[operator_id]


SchemaOf = Callable[[], type[Schema]]
"""Gives the settings schema of an installed part; any exception says that the part is broken."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The settings schemas of the installed adapters and verticals by name, loaded only when named."""

    adapters: Mapping[str, SchemaOf]
    verticals: Mapping[str, SchemaOf]
