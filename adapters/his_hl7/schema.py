"""What a hospital's IT department tells the HL7 v2 adapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from adapters.his_hl7.map_schema import MapSchema
from adapters.his_hl7.map_settings import map_from
from adapters.hl7.build import UTF_8
from adapters.hl7.charset import codec_of
from adapters.hl7.path import path
from adapters.meanings import NOES
from adapters.values import Sex

ID_TYPES = {
    "MRN": ["MR", "PI"],
    "VISIT_CARD": ["HC"],
    "CN_ID": ["NNCHN", "IDCard", "IdentifyNO", "1"],
    "PASSPORT": ["PPN"],
}
SEXES = {"F": "F", "女": "F", "2": "F", "M": "M", "男": "M", "1": "M"}
_FREE_FIELD = validate.Regexp(
    r"FT1-(?!(?:[1-7]|11|30)\Z)(?:[1-9]|[1-9]\d)\Z",
    error="a field of FT1 that nothing else of ours stands in, such as FT1-23",
)
_TYPE = validate.Regexp(r"[A-Z][A-Z0-9]{2}(?:\^[A-Z0-9]{3})?\Z", error="a message type such as ADT^ZP1")
_SENT_TYPE = validate.Regexp(
    r"[A-Z][A-Z0-9]{2}\^(?:[A-Z0-9]{3}\^[A-Z0-9_]{3,7}|Z[A-Z0-9]{2})\Z",
    error="MSH-9 with its structure such as QBP^Q22^QBP_Q21, or a trigger of the hospital's own such as QBP^ZP7",
)
_TRIGGER = validate.Regexp(r"(?:Z[A-Z0-9]{2})?\Z", error="a trigger of the hospital's own such as ZQ1, or empty")


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


def _text(default: str, what: str, *, required: bool = False) -> fields.String:
    filled = validate.Length(min=1 if required else 0)
    return fields.String(load_default=default, validate=filled, metadata={"description": what})


def _seconds(default: float, what: str) -> fields.Float:
    above_zero = validate.Range(min=0, min_inclusive=False)
    return fields.Float(load_default=default, validate=above_zero, metadata={"description": f"Seconds {what}."})


def _trigger(default: str, what: str) -> fields.String:
    return fields.String(load_default=default, validate=_TRIGGER, metadata={"description": what})


def _place(default: str, what: str) -> fields.String:
    return fields.String(load_default=default, validate=_address, metadata={"description": what})


def _codes(what: str) -> fields.Dict:
    return fields.Dict(fields.String(), fields.String(), load_default=dict, metadata={"description": what})


class TlsSchema(Schema):
    """Files of a TLS connection, all PEM."""

    authority_file = fields.String(required=True, metadata={"description": "Who vouches for the hospital's listener."})
    certificate_file = _text("", "Our certificate, where the hospital asks for one.")
    key_file = _text("", "The key of our certificate.")


class Hl7HisSchema(Schema):
    """A hospital information system that speaks HL7 v2.5.1 over MLLP."""

    host = fields.String(
        required=True, validate=validate.Length(min=1), metadata={"description": "The HIS listener's name or address."}
    )
    port = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(1, 65_535),
        metadata={"description": "The HIS listener's port."},
    )
    charset = fields.String(
        load_default=UTF_8, validate=_known_charset, metadata={"description": "MSH-18 of what we send."}
    )
    sending_application = _text("HOSPITALBRIDGE", "MSH-3, also who asks for an appointment.", required=True)
    sending_facility = _text("", "MSH-4.")
    receiving_application = _text("", "MSH-5.")
    receiving_facility = _text("", "MSH-6.")
    processing_id = fields.String(
        load_default="P",
        validate=validate.OneOf(("P", "T", "D")),
        metadata={"description": "MSH-11: production, training or debugging."},
    )
    connect_timeout = _seconds(5.0, "to wait for a connection")
    reply_timeout = _seconds(20.0, "to wait for an answer")
    connections = fields.Integer(
        load_default=4,
        strict=True,
        validate=validate.Range(1, 64),
        metadata={"description": "Connections to the HIS at the same time, each with one message under way."},
    )
    queue_timeout = _seconds(3.0, "to wait for a free connection; then the hospital counts as busy")
    busy_retry = _seconds(30.0, "until a busy hospital is asked again")
    time_zone = fields.String(
        load_default="Asia/Shanghai", validate=_known_zone, metadata={"description": "Zone of times without offset."}
    )
    assigning_authority = _text("", "PID-3.4 of the numbers that we send.")
    id_types = fields.Dict(
        fields.String(),
        fields.List(fields.String(), validate=validate.Length(min=1)),
        load_default=lambda: dict(ID_TYPES),
        metadata={"description": "MRN, VISIT_CARD, CN_ID, PASSPORT: the hospital's PID-3.5, the one we send first."},
    )
    sexes = fields.Dict(
        fields.String(),
        fields.String(validate=validate.OneOf(list(Sex))),
        load_default=lambda: dict(SEXES),
        metadata={"description": "The hospital's PID-8: F, M or U; what is not listed is unknown."},
    )
    codes = fields.Dict(
        fields.String(),
        fields.String(validate=validate.OneOf(NOES)),
        load_default=dict,
        metadata={"description": "The hospital's error codes (ERR-5): what they mean."},
    )
    triggers = fields.Dict(
        fields.String(validate=_TYPE),
        fields.String(validate=_TYPE),
        load_default=dict,
        metadata={
            "description": "A type of message of the hospital's own, such as ADT^ZP1: the type as which it is read."
        },
    )
    patient_query = fields.String(
        load_default="QBP^Q22^QBP_Q21",
        validate=_SENT_TYPE,
        metadata={"description": "MSH-9 of the query for a patient's records; its trigger also names it in QPD-1."},
    )
    registration = fields.String(
        load_default="ADT^A28^ADT_A05",
        validate=_SENT_TYPE,
        metadata={"description": "MSH-9 of the message that enters a new patient."},
    )
    registration_service = _text("REGISTRATION", "AIS-3 of the appointments that we ask for.", required=True)
    service_codes = _codes("A service in AIS-3: its code on the price list, where they differ.")
    payment_code = _text("WALLET", "FT1-7 of the payments and refunds that we post.", required=True)
    posting_query = _trigger("ZQ1", "Query for the postings of one serial; empty where there is none.")
    posting_list = _trigger("ZQ2", "Query for the postings of one day; empty where there is none.")
    posting_bill = fields.String(
        load_default="FT1-23",
        validate=_FREE_FIELD,
        metadata={"description": "Where a posting says which of the hospital's bills was paid."},
    )
    receipt_number = _place("ZRC-2", "Where the answer to a posting has the receipt number.")
    receipt_amount = _place("ZRC-3.1.1", "Where it has the amount in yuan.")
    map = fields.Nested(
        MapSchema,
        load_default=lambda: MapSchema().load({}),
        metadata={"description": "How the messages that the hospital sends unasked are read."},
    )
    tls = fields.Nested(TlsSchema, metadata={"description": "Left out, the connection is not encrypted."})

    @validates_schema
    def _read_as_something(self, loaded: Mapping[str, Any], **_: object) -> None:
        known = map_from(loaded["map"]).types
        strange = {
            own: [f"{read}: no type that the map reads"]
            for own, read in loaded["triggers"].items()
            if read not in known
        }
        if strange:
            raise ValidationError({"triggers": strange})
