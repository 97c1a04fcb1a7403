"""Values out of an answer; what cannot be read is Malformed with the field named and never quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from adapters.errors import Malformed
from adapters.hl7.message import Message
from adapters.hl7.segment import Segment
from adapters.money import fen_from_yuan
from adapters.values import Fen

Group = Mapping[str, Segment]
"""The first segment of each name in one group of an answer."""

_DAY = r"(?P<year>\d{4})-?(?P<month>\d\d)-?(?P<day>\d\d)"
_CLOCK = r"(?:[T ]?(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:\.?\d{1,6})?)?)?"
_OFFSET = r"(?P<offset>[+-]\d\d:?\d\d|Z)?"
_INSTANT = re.compile(_DAY + _CLOCK + _OFFSET, re.ASCII)
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_LONGEST_IDENTIFIER = 64
_WHOLE = re.compile(r"-?\d{1,9}(?:\.0+)?", re.ASCII)


def groups(answer: Message, first: str) -> Iterator[Group]:
    """The answer's groups, each begun by a segment of that name."""
    current: dict[str, Segment] | None = None
    for segment in answer.segments():
        if segment.name == first:
            if current is not None:
                yield current
            current = {}
        if current is not None:
            current.setdefault(segment.name, segment)
    if current is not None:
        yield current


def hits(answer: Message) -> bool:
    """Whether a query found anything: QAK-2 says OK or NF (HL7 table 0208), nothing else is firm."""
    status = answer["QAK-2"]
    if status not in ("OK", "NF"):
        raise Malformed("QAK-2 is neither OK nor NF")
    return status == "OK"


def value(group: Group, address: str) -> str:
    """The value at an address such as `STF-3.1`, stripped; '' where there is none."""
    name, _, place = address.partition("-")
    return group[name][place].strip() if name in group else ""


def required(group: Group, address: str) -> str:
    """The value at that address; Malformed where it is empty."""
    found = value(group, address)
    if not found:
        raise Malformed(f"{address} is missing")
    return found


def identifier(text: str, address: str) -> str:
    """A number by which the hospital knows a thing; Malformed where it is longer than a number may be."""
    if len(text) > _LONGEST_IDENTIFIER:
        raise Malformed(f"{address} is longer than {_LONGEST_IDENTIFIER} characters")
    return text


def whole_number(group: Group, address: str) -> int:
    """A whole number, written with or without a zero fraction."""
    text = required(group, address)
    if not _WHOLE.fullmatch(text):
        raise Malformed(f"{address} is no whole number")
    return int(text.partition(".")[0])


def amount(text: str, address: str) -> Fen:
    """Fen of an amount in yuan, of either sign."""
    try:
        return fen_from_yuan(text)
    except Malformed:
        raise Malformed(f"{address} is no amount in yuan") from None


def instant(text: str, zone: tzinfo, address: str) -> datetime:
    """An aware instant in UTC; one without an offset is local time in `zone`.

    Taken: DTM of HL7 v2.5.1 section 2.A.22 to the day or finer, 17 digits with milliseconds,
    ISO 8601 with its separators.
    """
    found = _INSTANT.fullmatch(text.strip())
    if not found:
        raise Malformed(f"{address} is no time")
    year, month, day_, hour, minute, second = (int(found[part] or 0) for part in _PARTS)
    try:
        local = datetime(year, month, day_, hour, minute, second, tzinfo=_offset(found["offset"]) or zone)
        return local.astimezone(UTC)
    except ValueError:
        raise Malformed(f"{address} is no time") from None


def day(text: str, address: str) -> date:
    """The calendar day of a date or time, as written and in no zone."""
    found = _INSTANT.fullmatch(text.strip())
    if not found:
        raise Malformed(f"{address} is no date")
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise Malformed(f"{address} is no date") from None


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone(sign * timedelta(hours=hours, minutes=minutes))
