"""Messages that we send: HL7 v2.5.1, the usual delimiters, every value escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import NewType, TypeAlias

from adapters.hl7.charset import codec_of
from adapters.hl7.delimiters import USUAL
from adapters.hl7.escapes import escape

VERSION = "2.5.1"
UTF_8 = "UNICODE UTF-8"
GB18030 = "GB 18030-2000"
MAX_CONTROL_ID = 20

Component: TypeAlias = "str | tuple[str, ...]"
"""A value, or its subcomponents."""
Repetition: TypeAlias = "str | tuple[Component, ...]"
"""A value, or its components."""
Field: TypeAlias = "Repetition | list[Repetition]"
"""A value, its components, or a list of repetitions."""
SegmentText = NewType("SegmentText", str)
"""A finished segment without its terminator."""

_SEGMENT_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
_STRUCTURED_TYPE = re.compile(r"[A-Z0-9]{3}(\^[A-Z0-9]{3}\^[A-Z0-9_]{3,7}|\^\^[A-Z0-9_]{3,7}|\^Z[A-Z0-9]{2})")


class Unencodable(ValueError):
    """A value holds a character that the chosen character set lacks."""


@dataclass(frozen=True, slots=True)
class Header:
    """What MSH says of one message; `control_id` (1 to 20 characters) and the instant come from the caller.

    `at` must be aware and is written in `zone`. `accept_ack` and `application_ack` are MSH-15
    and MSH-16 (table 0155); both empty is original mode, one answer a message.
    """

    control_id: str
    at: datetime
    zone: tzinfo
    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    processing_id: str = "P"
    accept_ack: str = ""
    application_ack: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.control_id) <= MAX_CONTROL_ID:
            raise ValueError(f"MSH-10 takes 1 to {MAX_CONTROL_ID} characters, not {len(self.control_id)}")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is ready to be encoded; the same one gives the same bytes every time."""

    message_type: str
    header: Header
    segments: tuple[SegmentText, ...]

    def encode(self, charset: str = UTF_8) -> bytes:
        """The bytes with MSH-18 = `charset` (HL7 table 0211).

        Unencodable where a value does not fit it, ValueError where no such set is known.
        """
        codec = codec_of(charset)
        if codec is None:
            raise ValueError(f"unknown HL7 character set {charset!r}")
        text = "".join(f"{line}\r" for line in (self._msh(charset), *self.segments))
        try:
            return text.encode(codec)
        except UnicodeEncodeError as refusal:
            place = text.count("\r", 0, refusal.start) + 1
            raise Unencodable(f"segment {place} holds a character that {charset} lacks") from None

    def _msh(self, charset: str) -> SegmentText:
        header = self.header
        parties = (
            header.sending_application,
            header.sending_facility,
            header.receiving_application,
            header.receiving_facility,
        )
        fields: dict[int, Field] = {
            **dict(enumerate(parties, start=3)),
            7: timestamp(header.at, header.zone),
            9: tuple(self.message_type.split("^")),
            10: header.control_id,
            11: header.processing_id,
            12: VERSION,
            15: header.accept_ack,
            16: header.application_ack,
            18: charset,
        }
        rest = segment("MSH", {number - 1: field for number, field in fields.items()})
        return SegmentText(rest.replace("MSH|", f"MSH|{USUAL.encoding_characters}", 1))


def build(message_type: str, header: Header, *segments: SegmentText) -> Outgoing:
    """A message of a type with its structure, such as `ADT^A28^ADT_A05`: many receivers need MSH-9.3.

    A trigger of a hospital's own, such as `QBP^ZP7`, may lack it.
    """
    if not _STRUCTURED_TYPE.fullmatch(message_type):
        raise ValueError(f"{message_type!r} is no type with its structure such as ADT^A28^ADT_A05")
    return Outgoing(message_type, header, segments)


def segment(name: str, fields: Mapping[int, Field]) -> SegmentText:
    """A segment of fields by HL7 number: a str is a value, a tuple its parts, a list its repetitions.

    `{3: [("100", "", "", "HIS", "MR"), ("200", "", "", "HIS", "VN")], 8: "F"}`
    """
    if not _SEGMENT_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no segment name")
    if any(number < 1 for number in fields):
        raise ValueError("fields are counted from 1")
    numbers = range(1, max(fields, default=0) + 1)
    return SegmentText(USUAL.field.join([name, *(_field(fields.get(number, "")) for number in numbers)]))


@lru_cache(maxsize=64)
def timestamp(instant: datetime, zone: tzinfo) -> str:
    """An aware instant to the second in that zone with its offset (HL7 v2.5.1 section 2.A.22, DTM)."""
    if instant.tzinfo is None:
        raise ValueError("a naive instant has no place in a message: give it a zone")
    return f"{instant.astimezone(zone):%Y%m%d%H%M%S%z}"


def _field(field: Field) -> str:
    if isinstance(field, list):
        return USUAL.repetition.join(_repetition(part) for part in field)
    return _repetition(field)


def _repetition(repetition: Repetition) -> str:
    if isinstance(repetition, tuple):
        return USUAL.component.join(_component(part) for part in repetition)
    return escape(repetition)


def _component(component: Component) -> str:
    if isinstance(component, tuple):
        return USUAL.subcomponent.join(escape(part) for part in component)
    return escape(component)
