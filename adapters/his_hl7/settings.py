"""What a hospital's IT department tells the HL7 v2 adapter; every field has its line in the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from marshmallow import Schema, ValidationError, fields, validate

from adapters.errors import Reason
from adapters.hl7.build import UTF_8
from adapters.hl7.charset import codec_of
from adapters.hl7.path import path
from adapters.values import Sex

BUSY = "busy"
UNKNOWN = "unknown"
MEANINGS = (*Reason, BUSY, UNKNOWN)

DEFAULT_ID_TYPES: Mapping[str, Sequence[str]] = {
    "MRN": ("MR", "PI"),
    "VISIT_CARD": ("HC",),
    "CN_ID": ("NNCHN", "IDCard", "IdentifyNO", "1"),
    "PASSPORT": ("PPN",),
}
"""Our name of an identifier -> the hospital's types in PID-3.5; the first is what we send (HL7 table 0203)."""

DEFAULT_SEXES: Mapping[str, str] = {
    "F": "F",
    "女": "F",
    "2": "F",
    "M": "M",
    "男": "M",
    "1": "M",
}
"""The hospital's value in PID-8 -> F or M; what is not listed is unknown."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of PEM files; the authority alone checks the hospital, with a certificate we show ours."""

    authority_file: str
    certificate_file: str = ""
    key_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hl7HisSettings:
    """The adapter's settings, defaults filled in."""

    host: str
    port: int
    charset: str = UTF_8
    sending_application: str = "HOSPITALBRIDGE"
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    processing_id: str = "P"
    connect_timeout: timedelta = timedelta(seconds=5)
    reply_timeout: timedelta = timedelta(seconds=20)
    busy_retry: timedelta = timedelta(seconds=30)
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    assigning_authority: str = ""
    id_types: Mapping[str, Sequence[str]] = field(default_factory=lambda: DEFAULT_ID_TYPES)
    sexes: Mapping[str, str] = field(default_factory=lambda: DEFAULT_SEXES)
    codes: Mapping[str, str] = field(default_factory=dict)
    registration_service: str = "REGISTRATION"
    service_codes: Mapping[str, str] = field(default_factory=dict)
    payment_code: str = "WALLET"
    posting_query: str = "ZQ1"
    posting_list: str = "ZQ2"
    receipt_number: str = "ZRC-2"
    receipt_amount: str = "ZRC-3.1.1"
    tls: TlsFiles | None = None


def settings_from(loaded: Mapping[str, Any]) -> Hl7HisSettings:
    """The settings from what `Hl7HisSchema` loaded."""
    values = dict(loaded)
    if "tls" in values:
        values["tls"] = TlsFiles(**values["tls"])
    if "time_zone" in values:
        values["time_zone"] = ZoneInfo(values["time_zone"])
    return Hl7HisSettings(**values)


def _known_charset(name: str) -> None:
    if codec_of(name) is None:
        raise ValidationError("not a character set of HL7 table 0211, such as UNICODE UTF-8 or GB 18030-2000")


def _known_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("not a time zone such as Asia/Shanghai")


def _address(text: str) -> None:
    try:
        path(text)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def _seconds(default: float) -> fields.TimeDelta:
    unit = {"description": f"seconds; {default:g} where left out"}
    return fields.TimeDelta(precision="seconds", validate=validate.Range(min=timedelta(milliseconds=1)), metadata=unit)


_TRIGGER = validate.Regexp(r"\A(?:Z[A-Z0-9]{2})?\Z", error="a trigger of the hospital's own such as ZQ1, or empty")


class TlsSchema(Schema):
    """Files of a TLS connection."""

    authority_file = fields.String(required=True)
    certificate_file = fields.String()
    key_file = fields.String()


class Hl7HisSchema(Schema):
    """The settings as they stand in the configuration; what may be left out has its default in `Hl7HisSettings`."""

    host = fields.String(required=True, validate=validate.Length(min=1))
    port = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=65535))
    charset = fields.String(validate=_known_charset)
    sending_application = fields.String()
    sending_facility = fields.String()
    receiving_application = fields.String()
    receiving_facility = fields.String()
    processing_id = fields.String(validate=validate.OneOf(("P", "T", "D")))
    connect_timeout = _seconds(5)
    reply_timeout = _seconds(20)
    busy_retry = _seconds(30)
    time_zone = fields.String(validate=_known_zone)
    assigning_authority = fields.String()
    id_types = fields.Dict(fields.String(), fields.List(fields.String(), validate=validate.Length(min=1)))
    sexes = fields.Dict(fields.String(), fields.String(validate=validate.OneOf(list(Sex))))
    codes = fields.Dict(fields.String(), fields.String(validate=validate.OneOf(MEANINGS)))
    registration_service = fields.String(validate=validate.Length(min=1))
    service_codes = fields.Dict(fields.String(), fields.String())
    payment_code = fields.String(validate=validate.Length(min=1))
    posting_query = fields.String(validate=_TRIGGER)
    posting_list = fields.String(validate=_TRIGGER)
    receipt_number = fields.String(validate=_address)
    receipt_amount = fields.String(validate=_address)
    tls = fields.Nested(TlsSchema)
