"""What a hospital's IT department tells the FHIR adapter: `[operator.his.fhir]`.

Every key has a default for a standard server; a hospital writes only where it differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from adapters.his_fhir.map_schema import MapSchema
from adapters.his_fhir.settings import LOGICAL_ID
from adapters.his_fhir.versions import VERSIONS
from adapters.meanings import NOES

IDENTIFIERS: Mapping[str, list[str]] = {
    "MRN": ["type:MR", LOGICAL_ID],
    "VISIT_CARD": ["type:HC"],
    "CN_ID": ["urn:oid:2.16.156.10011.1.3", "type:NNCHN"],
    "PASSPORT": ["http://hl7.org/fhir/sid/passport-CHN", "type:PPN"],
}
OURS = "urn:hospital-bridge"
_NEEDS = {"bearer": ("token",), "basic": ("user", "password"), "smart": ("token_url", "client_id", "key")}


def _address(text: str) -> None:
    try:
        where = urlsplit(text)
    except ValueError:
        raise ValidationError("not an address") from None
    if (
        not text.isascii()
        or " " in text
        or where.scheme not in ("http", "https")
        or not where.hostname
        or where.query
        or where.fragment
        or where.username
    ):
        raise ValidationError("not an address such as https://his.example/fhir")


def _optional_address(text: str) -> None:
    if text:
        _address(text)


def _zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("not a time zone such as Asia/Shanghai")


def _day(text: str) -> None:
    try:
        date.fromisoformat(text or "2000-01-01")
    except ValueError:
        raise ValidationError("not a day such as 2026-01-01") from None


def nested(schema: type[Schema], what: str) -> fields.Nested:
    """A table that may be left out: then it is what its schema makes of nothing."""
    default: Callable[[], Any] = partial(schema().load, {})
    return fields.Nested(schema, load_default=default, metadata={"description": what})


def _text(default: str, what: str, **how: Any) -> fields.String:
    return fields.String(load_default=default, metadata={"description": what}, **how)


def _header(text: str) -> None:
    if not text.isascii() or not (text or "x").isprintable():
        raise ValidationError("not a text that a header may hold")


def _secret(what: str, **how: Any) -> fields.String:
    return fields.String(load_default="", metadata={"description": what, "secret": True}, **how)


def _seconds(default: float, what: str, *, zero: bool = False) -> fields.Float:
    told = {"description": f"Seconds {what}."}
    return fields.Float(load_default=default, validate=validate.Range(min=0, min_inclusive=zero), metadata=told)


def _places(default: list[str], what: str) -> fields.List[Any]:
    told = {"description": what, "expected": "identifier systems, `type:MR` or `id`, in turn"}
    return fields.List(
        fields.String(validate=validate.Length(min=1)),
        load_default=lambda: list(default),
        validate=validate.Length(min=1),
        metadata=told,
    )


def _choice(default: str, options: tuple[str, ...], what: str) -> fields.String:
    return _text(default, what, validate=validate.OneOf(options))


def _whole(default: int, low: int, high: int, what: str) -> fields.Integer:
    return fields.Integer(
        load_default=default, strict=True, validate=validate.Range(low, high), metadata={"description": what}
    )


class AccessSchema(Schema):
    """How the hospital's server knows us."""

    kind = _choice("none", ("none", *_NEEDS), "`smart` is SMART Backend Services: a signed request for a token.")
    token = _secret("The bearer token.", validate=_header)
    user = _text("", "The user of Basic authentication.")
    password = _secret("Its password.")
    token_url = _text("", "Where SMART gives out tokens.", validate=_optional_address)
    client_id = _text("", "Who we are there.")
    key = _secret("Our private key, PEM.")
    key_id = _text("", "Its `kid`.")
    algorithm = _choice("RS384", ("RS384", "ES384"), "How the request is signed.")
    scope = _text("system/*.read system/*.write", "What is asked for.")

    @validates_schema
    def _whole(self, loaded: Mapping[str, str], **_: object) -> None:
        missing = [name for name in _NEEDS.get(loaded["kind"], ()) if not loaded[name]]
        if missing:
            raise ValidationError({name: [f"needed where kind is {loaded['kind']}"] for name in missing})


class TlsSchema(Schema):
    """Files of TLS, all PEM."""

    authority_file = _text("", "Who vouches for the hospital's server; empty: whom this machine trusts.")
    certificate_file = _text("", "Our certificate, where the hospital asks for one.")
    key_file = _text("", "The key of our certificate.")


class DirectorySchema(Schema):
    """Departments, practitioners and schedules."""

    department = _choice("Organization", ("Organization", "HealthcareService", "Location"), "What a department is.")
    department_code = _places([LOGICAL_ID], "Where its code stands.")
    department_search = _text("", "What narrows the search for departments; empty: all that are open.")
    practitioner_code = _places([LOGICAL_ID], "Where a practitioner's code stands.")
    schedule_of = _choice("Practitioner", ("Practitioner", "PractitionerRole"), "Schedule.actor.")


class SchedulingSchema(Schema):
    """Slots and appointments."""

    price_from = _choice("definition", ("definition", "extension"), "ChargeItemDefinition or an extension.")
    price_extension = _text("", "The extension of Slot or Schedule with a valueMoney.")
    price_search = _text("status=active", "What narrows the search for ChargeItemDefinition.")
    places_extension = _text("", "The extension of Slot that counts the places left; else a free slot is one place.")
    our_system = _text(f"{OURS}:appointment", "The identifier system of our appointment numbers.")
    booked_as = _choice("booked", ("booked", "pending", "proposed"), "Appointment.status that we ask for.")
    number = _places([LOGICAL_ID], "Where the hospital's number of an appointment stands.")


class BillingSchema(Schema):
    """Postings of payments and refunds."""

    posting = _choice("PaymentNotice", ("PaymentNotice", "PaymentReconciliation"), "What a posting is.")
    our_system = _text(f"{OURS}:posting", "The identifier system of our serials.")
    order_system = _text(f"{OURS}:order", "The identifier system of our merchant order numbers.")
    trade_system = _text(f"{OURS}:trade", "The identifier system of the wallet's trade numbers.")
    receipt = _places([LOGICAL_ID], "Where the hospital's receipt number stands.")
    kind_system = _text("http://terminology.hl7.org/CodeSystem/paymentstatus", "The code system of the two codes.")
    payment_code = _text("paid", "What a payment is called.", validate=validate.Length(min=1))
    refund_code = _text("refunded", "What a refund is called.", validate=validate.Length(min=1))
    refund_amount = _choice("negative", ("negative", "positive"), "How the amount of a refund is written.")
    recipient = _text("", "Who is paid, such as Organization/hospital; R4 and R4B demand one of PaymentNotice.")


class FeedSchema(Schema):
    """One list that is fetched."""

    every = _seconds(60.0, "between two looks; 0 where the list is not fetched", zero=True)
    search = _text("", "What narrows the search, such as category=LAB.")
    since = _text("", "The day before which nothing is fetched, such as 2026-01-01; empty: everything.", validate=_day)


class SilentFeedSchema(FeedSchema):
    """One list that is fetched only where the settings say so."""

    every = _seconds(0.0, "between two looks; 0 where the list is not fetched", zero=True)


class FeedsSchema(Schema):
    """What is asked for again and again, for a FHIR server does not send."""

    patients = nested(
        SilentFeedSchema, "Patient: merged records and changed names; not fetched unless `every` says so."
    )
    appointments = nested(FeedSchema, "Appointment.")
    encounters = nested(FeedSchema, "Encounter.")
    bills = nested(FeedSchema, "Invoice, or what `map.bill_from` says.")
    reports = nested(FeedSchema, "DiagnosticReport with what it refers to.")


class HintSchema(Schema):
    """Subscriptions of the kind rest-hook, which make the next look come at once."""

    header = _text("Authorization", "The header in which they show the secret.", validate=validate.Length(min=1))
    secret = _secret("The header's whole value, such as `Bearer …`; without it no hint is believed.")
    endpoint = _text("", "Our hint address as the server reaches it: then we subscribe.", validate=_optional_address)
    topics = fields.Dict(
        fields.String(),
        fields.String(),
        load_default=dict,
        metadata={"description": "The SubscriptionTopic of each feed; R5 subscribes to nothing else."},
    )


class FhirHisSchema(Schema):
    """A hospital information system that speaks FHIR R4, R4B or R5."""

    base_url = fields.String(
        required=True,
        validate=_address,
        metadata={"description": "The server's base, such as https://his.example/fhir."},
    )
    version = _choice("R4", tuple(VERSIONS), "What the server speaks.")
    access = nested(AccessSchema, "How the server knows us.")
    tls = fields.Nested(TlsSchema, metadata={"description": "Left out, this machine's trust store counts."})
    connect_timeout = _seconds(5.0, "to wait for a connection")
    reply_timeout = _seconds(20.0, "to wait for an answer")
    busy_retry = _seconds(30.0, "until a busy hospital is asked again, where it does not say")
    longest_answer = _whole(64 * 1024 * 1024, 1024, 1 << 30, "Bytes of one answer, documents included.")
    page_size = _whole(100, 1, 200, "How many resources one page of a search may hold.")
    search_by = _choice("GET", ("GET", "POST"), "POST keeps id numbers out of the server's address logs.")
    time_zone = _text("Asia/Shanghai", "Zone of days and of times without offset.", validate=_zone)
    identifiers = fields.Dict(
        fields.String(),
        fields.List(fields.String(validate=validate.Length(min=1)), validate=validate.Length(min=1)),
        load_default=dict,
        metadata={
            "description": "MRN, VISIT_CARD, CN_ID, PASSPORT: where each stands on a Patient, first the one we send."
        },
    )
    codes = fields.Dict(
        fields.String(),
        fields.String(validate=validate.OneOf(NOES)),
        load_default=dict,
        metadata={"description": "The hospital's error codes (OperationOutcome.issue.details): what they mean."},
    )
    directory = nested(DirectorySchema, "Departments, practitioners and schedules.")
    scheduling = nested(SchedulingSchema, "Slots and appointments.")
    billing = nested(BillingSchema, "Postings of payments and refunds.")
    feeds = nested(FeedsSchema, "What is fetched.")
    feed_overlap = _seconds(10.0, "before the newest thing seen that are looked at again, for late commits", zero=True)
    hints = nested(HintSchema, "Pushes of the server.")
    map = nested(MapSchema, "What the hospital's codes mean.")

    @post_load
    def _over_the_standard(self, loaded: dict[str, Any], **_: object) -> dict[str, Any]:
        return {**loaded, "identifiers": {**IDENTIFIERS, **loaded["identifiers"]}}
