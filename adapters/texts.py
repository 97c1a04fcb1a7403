"""Values out of texts from outside; what cannot be read is Malformed with its place named and never quoted.

A place is what the reader of the fault looks for: `PID-7`, a field of a record, a column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from adapters.errors import Malformed
from adapters.money import fen_from_yuan
from adapters.values import Fen

EPOCHS = {"epoch-seconds": timedelta(seconds=1), "epoch-milliseconds": timedelta(milliseconds=1)}
"""Formats of times that are counted since 1970-01-01 UTC, and what one count is."""

_CLOCK = r"(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:\.?\d{1,6})?)?"
_OFFSET = r"(?P<offset>[+-]\d\d:?\d\d|Z)?"
_COMPACT = re.compile(
    rf"(?P<year>\d{{4}})-?(?P<month>\d\d)-?(?P<day>\d\d)(?:[T ]?{_CLOCK})?{_OFFSET}",
    re.ASCII,
)
_SPACED = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    rf"(?:(?:T| +)(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{{1,9}})?)?)? ?{_OFFSET}",
    re.ASCII,
)
_PART_OF_DAY = re.compile(r"(?:1[89]|20)\d\d(?:-?(?:0[1-9]|1[0-2]))?", re.ASCII)
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_WHOLE = re.compile(r"-?\d{1,9}(?:\.0+)?", re.ASCII)
_FEN = re.compile(r"-?\d{1,15}(?:\.0+)?", re.ASCII)
_COUNT = re.compile(r"-?\d{1,15}", re.ASCII)
HANZI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_LONGEST_IDENTIFIER = 64
_CODE = re.compile(r"(?!.*\d{11})[\w.:-]{1,40}", re.ASCII)


def identifier(text: str, place: str) -> str:
    """A number by which another system knows a thing; Malformed where it is longer than a number may be."""
    if len(text) > _LONGEST_IDENTIFIER:
        raise Malformed(f"{place} is longer than {_LONGEST_IDENTIFIER} characters")
    return text


def code(text: str) -> str:
    """The text where it looks like a code: hanzi, or digits enough for a phone or ID number, may be personal."""
    return text if _CODE.fullmatch(text) else ""


def whole_number(text: str, place: str) -> int:
    """A whole number, written with or without a zero fraction."""
    if not _WHOLE.fullmatch(text):
        raise Malformed(f"{place} is no whole number")
    return int(text.partition(".")[0])


def yuan(text: str, place: str) -> Fen:
    """Fen of an amount in yuan, of either sign."""
    try:
        return fen_from_yuan(text)
    except Malformed:
        raise Malformed(f"{place} is no amount in yuan") from None


def fen(text: str, place: str) -> Fen:
    """Fen of an amount in fen, of either sign."""
    if not _FEN.fullmatch(text):
        raise Malformed(f"{place} is no whole number of fen")
    return Fen(int(text.partition(".")[0]))


AMOUNTS = {"yuan": yuan, "fen": fen}
"""How an amount is read by the unit that it is written in."""


def instant(text: str, zone: tzinfo, place: str, formats: Sequence[str] = ()) -> datetime:
    """An aware instant in UTC; one without an offset is local time in `zone`.

    Taken: `formats` (as `strptime` has them, or a key of `EPOCHS`), the first that fits; DTM of HL7 v2.5.1 section
    2.A.22 to the day or finer; 17 digits with milliseconds; ISO 8601; year, month and day with any separators.
    """
    try:
        local = _formatted(text.strip(), formats) or _written(text.strip())
        if local is None:
            raise Malformed(f"{place} is no time")
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed(f"{place} is no time") from None


def day(text: str, place: str, formats: Sequence[str] = ()) -> date:
    """The calendar day of a date or time, as written and in no zone."""
    try:
        local = _formatted(text.strip(), formats) or _written(text.strip())
    except (ValueError, OverflowError):
        local = None
    if local is None:
        raise Malformed(f"{place} is no date")
    return local.date()


def is_part_of_day(text: str) -> bool:
    """Whether it is a year or a month, which HL7 and ISO 8601 take for a date that is known no better."""
    return bool(_PART_OF_DAY.fullmatch(text.strip()))


def _formatted(text: str, formats: Sequence[str]) -> datetime | None:
    for form in formats:
        if form in EPOCHS:
            if _COUNT.fullmatch(text):
                return datetime.fromtimestamp(0, UTC) + int(text) * EPOCHS[form]
            continue
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - local time, the caller knows the zone
        except ValueError:
            continue
    return None


def _written(text: str) -> datetime | None:
    found = _COMPACT.fullmatch(text) or _SPACED.fullmatch(text)
    if not found:
        return None
    year, month, day_, hour, minute, second = (int(found[part] or 0) for part in _PARTS)
    return datetime(year, month, day_, hour, minute, second, tzinfo=_offset(found["offset"]))


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone(sign * timedelta(hours=hours, minutes=minutes))
