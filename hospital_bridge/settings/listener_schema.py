"""What the configuration says of the listener, and of who sends to it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from adapters.hl7.ack import Acknowledging
from hospital_bridge.settings.kinds import NAME, counted, host_to_listen_on, port_to_listen_on, short_name
from hospital_bridge.settings.model import AnswersTo, ListenerSettings, Peer
from hospital_bridge.settings.values import AddressRange, Charset

_GIBIBYTE = 1024**3
_MOST_SEGMENTS = 100_000
_WEEK = 86400 * 7


def _file(what: str, **more: Any) -> fields.String:
    metadata = {"expected": "the path of a PEM file", "description": what}
    return fields.String(validate=validate.Length(min=1), metadata=metadata, **more)


class ListenerTlsSchema(Schema):
    """`[bridge.listener.tls]`: PEM files with which the listener speaks TLS; left out, it is not encrypted."""

    certificate_file = _file("The listener's certificate, with those between it and its authority.", required=True)
    key_file = _file("The key of the certificate.", required=True)
    client_authority_file = _file("Who vouches for senders; with it only senders with its certificate are heard.")


class ListenerSchema(Schema):
    """`[bridge.listener]`: where HL7 messages arrive over MLLP."""

    host = host_to_listen_on()
    port = port_to_listen_on(2575)
    max_connections = counted(64, 4096, "Connections that are held at the same time.")
    max_message_bytes = counted(40 * 1024 * 1024, _GIBIBYTE, "Largest message that is taken, in bytes.")
    max_segments = counted(5000, _MOST_SEGMENTS, "A message with more segments is kept, and refused with AR.")
    max_in_flight_bytes = counted(
        160 * 1024 * 1024,
        16 * _GIBIBYTE,
        "What all connections together may hold in memory; never less than two of the largest messages.",
    )
    read_seconds = counted(60, 86400, "A message that was begun and not ended in so many seconds ends its connection.")
    idle_seconds = counted(3600, _WEEK, "A silent connection is closed after this many seconds.")
    tls = fields.Nested(ListenerTlsSchema)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> ListenerSettings:
        return ListenerSettings(**data)


class AnswersToSchema(Schema):
    """`[operator.peers.answers]`: where a sender hears what became of its messages, as MSH-16 asks; else nowhere."""

    host = fields.String(
        required=True, validate=validate.Length(1), metadata={"description": "Its listener's name or address."}
    )
    port = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, 65535), metadata={"description": "Its listener's port."}
    )
    tls = fields.Boolean(
        load_default=False,
        metadata={"description": "Speak TLS; its certificate must be of an authority that this machine trusts."},
    )

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> AnswersTo:
        return AnswersTo(**data)


class PeerSchema(Schema):
    """`[[operator.peers]]`: a system that may send HL7 messages."""

    name = fields.String(required=True, validate=short_name(), metadata={**NAME, "description": "Its name."})
    addresses = fields.List(
        AddressRange(metadata={"expected": "an IP address or a range such as 10.1.0.0/16"}),
        required=True,
        validate=validate.Length(1),
        metadata={"description": "Where it may connect from."},
    )
    charset = Charset(
        load_default="",
        metadata={
            "expected": "a character set such as gb18030",
            "description": "What it sends where MSH-18 does not say, contradicts the bytes or names an 8859 set.",
        },
    )
    acknowledgement = fields.String(
        load_default=Acknowledging.AS_ASKED.value,
        validate=validate.OneOf([mode.value for mode in Acknowledging]),
        metadata={
            "description": "Answers: `as_asked` by MSH-15, or `original` (AA) or `enhanced` (CA) whatever it asks."
        },
    )
    max_connections = counted(8, 4096, "Its connections that are held at the same time.")
    max_message_bytes = counted(None, _GIBIBYTE, "Its largest message, in bytes; else the listener's.")
    max_segments = counted(None, _MOST_SEGMENTS, "Most segments in a message of its; else the listener's.")
    read_seconds = counted(None, 86400, "Seconds in which a message that it began must end; else the listener's.")
    idle_seconds = counted(None, _WEEK, "Seconds after which its silent connection is closed; else the listener's.")
    system = fields.String(
        load_default="his",
        validate=short_name(),
        metadata={**NAME, "description": "The system whose map reads its messages: `his`, or one of `systems`."},
    )
    expected_every = fields.Integer(
        strict=True,
        load_default=0,
        validate=validate.Range(0, 86400 * 31),
        metadata={"description": "Seconds after which its silence is told of, once it has sent; 0 for never."},
    )
    answers = fields.Nested(AnswersToSchema)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> Peer:
        return Peer(**{**data, "addresses": tuple(data["addresses"])})
