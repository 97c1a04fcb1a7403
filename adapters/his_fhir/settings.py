"""The adapter's settings as its parts use them; `schema` says how a hospital's IT department writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from zoneinfo import ZoneInfo

from adapters.his_fhir.versions import VERSIONS, Version
from adapters.news import AbnormalFlag, ReportStatus

LOGICAL_ID = "id"
"""What stands for the resource's own id where a number is looked for."""

Places = Sequence[str]
"""Where a number stands: identifier systems, `type:` and a code of HL7 table 0203, or `id`; the first that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How we prove who we are; secrets never show in a repr."""

    kind: str
    token: str = field(repr=False)
    user: str
    password: str = field(repr=False)
    token_url: str
    client_id: str
    key: str = field(repr=False)
    key_id: str
    algorithm: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Paths of PEM files; the authority alone checks the hospital, with a certificate we show ours."""

    authority_file: str
    certificate_file: str
    key_file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySettings:
    """Which resource is a department, how its code and a practitioner's stand, and who keeps a schedule."""

    department: str
    department_code: Places
    department_search: str
    practitioner_code: Places
    schedule_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulingSettings:
    """Where a slot's price and places stand, and how an appointment carries our number."""

    price_from: str
    price_extension: str
    price_search: str
    places_extension: str
    our_system: str
    booked_as: str
    number: Places


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingSettings:
    """Which resource is a posting and how it says what it is."""

    posting: str
    our_system: str
    order_system: str
    trade_system: str
    receipt: Places
    kind_system: str
    payment_code: str
    refund_code: str
    refund_amount: str
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """`every` in seconds, 0 for a list that is not fetched; `search` narrows it, nothing older than `since` comes."""

    every: float
    search: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HintSettings:
    """The header in which a rest-hook shows its secret; without a secret no hint is believed.

    With an `endpoint` we subscribe, by the SubscriptionTopic of the feed where `topics` has one.
    """

    header: str
    secret: str = field(repr=False)
    endpoint: str
    topics: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsMap:
    """What the hospital's codes mean where they differ from the standard's or are its own."""

    appointment_states: Mapping[str, str]
    encounter_states: Mapping[str, str]
    inpatient_classes: frozenset[str]
    visit_number: Places
    bill_from: str
    bill_number: Places
    insurance_codes: frozenset[str]
    account_codes: frozenset[str]
    window_codes: frozenset[str]
    report_number: Places
    order_number: Places
    imaging: frozenset[str]
    report_statuses: Mapping[str, ReportStatus | None]
    item_statuses: Mapping[str, ReportStatus | None]
    flags: Mapping[str, AbnormalFlag]


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirSettings:
    """Every setting; times in seconds.

    `identifiers` says where each number of ours stands on a Patient, the first place the one that we send; `codes`
    gives a `Reason`, `busy` or `unknown` for an error code of the hospital's.
    """

    base_url: str
    version: Version
    access: Access
    tls: Tls | None = None
    connect_timeout: float
    reply_timeout: float
    busy_retry: float
    longest_answer: int
    page_size: int
    search_by: str
    time_zone: ZoneInfo
    identifiers: Mapping[str, Places]
    codes: Mapping[str, str]
    directory: DirectorySettings
    scheduling: SchedulingSettings
    billing: BillingSettings
    feeds: Mapping[str, FeedSettings]
    feed_overlap: float
    hints: HintSettings
    map: NewsMap


def settings_from(loaded: Mapping[str, Any]) -> FhirSettings:
    """The settings from what `FhirHisSchema` loaded."""
    values = dict(loaded)
    parts = {"access": Access, "directory": DirectorySettings, "scheduling": SchedulingSettings}
    parts |= {"billing": BillingSettings, "hints": HintSettings}
    values |= {name: kind(**values[name]) for name, kind in parts.items()}
    if "tls" in values:
        values["tls"] = Tls(**values["tls"])
    return FhirSettings(
        **{
            **values,
            "version": VERSIONS[values["version"]],
            "time_zone": ZoneInfo(values["time_zone"]),
            "feeds": {name: FeedSettings(**told) for name, told in values["feeds"].items()},
            "map": _map(values["map"]),
        }
    )


def _map(loaded: Mapping[str, Any]) -> NewsMap:
    told = {each.name: loaded[each.name] for each in fields(NewsMap)}
    for name in ("inpatient_classes", "insurance_codes", "account_codes", "window_codes", "imaging"):
        told[name] = frozenset(told[name])
    for name in ("report_statuses", "item_statuses"):
        told[name] = {
            code: None if meaning == "nothing" else ReportStatus(meaning) for code, meaning in told[name].items()
        }
    told["flags"] = {code: AbnormalFlag(meaning) for code, meaning in told["flags"].items()}
    return NewsMap(**told)
