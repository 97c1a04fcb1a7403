"""The adapter's settings as its parts use them; `schema` says how a hospital's IT department writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from adapters.his_hl7.map_settings import NewsMap, map_from


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of PEM files; the authority alone checks the hospital, with a certificate we show ours."""

    authority_file: str
    certificate_file: str
    key_file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hl7HisSettings:
    """Every setting; times in seconds.

    `id_types` names the hospital's types in PID-3.5 for each identifier of ours, the one that we
    send first; `sexes` gives F or M for a value of PID-8; `codes` gives a `Reason`, `busy` or
    `unknown` for an error code of the hospital's; `service_codes` gives the code of the price
    list for a service in AIS-3 where the two differ; `triggers` gives the type as which a message of the
    hospital's own type is read; `patient_query` and `registration` are MSH-9 of what we send.
    """

    host: str
    port: int
    charset: str
    sending_application: str
    sending_facility: str
    receiving_application: str
    receiving_facility: str
    processing_id: str
    connect_timeout: float
    reply_timeout: float
    connections: int
    queue_timeout: float
    busy_retry: float
    time_zone: ZoneInfo
    assigning_authority: str
    id_types: Mapping[str, Sequence[str]]
    sexes: Mapping[str, str]
    codes: Mapping[str, str]
    triggers: Mapping[str, str]
    patient_query: str
    registration: str
    registration_service: str
    service_codes: Mapping[str, str]
    payment_code: str
    posting_query: str
    posting_list: str
    posting_bill: str
    receipt_number: str
    receipt_amount: str
    map: NewsMap
    tls: TlsFiles | None = None

    def kind_of(self, message_type: str) -> str:
        """The type as which a message is read."""
        return self.triggers.get(message_type, message_type)


def settings_from(loaded: Mapping[str, Any]) -> Hl7HisSettings:
    """The settings from what `Hl7HisSchema` loaded."""
    values = dict(loaded)
    values["time_zone"] = ZoneInfo(values["time_zone"])
    values["map"] = map_from(values["map"])
    if "tls" in values:
        values["tls"] = TlsFiles(**values["tls"])
    return Hl7HisSettings(**values)
