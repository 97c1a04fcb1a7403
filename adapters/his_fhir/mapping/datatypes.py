"""The data types of FHIR as they are read here; what cannot be read is Malformed with its path and never quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation

from adapters.errors import Malformed
from adapters.his_fhir.node import Node
from adapters.money import fen_from_yuan
from adapters.values import Fen

YUAN = "CNY"

_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)T(?P<clock>\d\d:\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<offset>Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LONGEST_NUMBER = 64
_MICROSECOND_DIGITS = 6
_LEAP = 60
_EXPONENT = re.compile(r".*[eE][+-]?\d{3,}")


@dataclass(frozen=True, slots=True)
class Code:
    """One Coding, or the text of a concept, which has no code."""

    system: str
    code: str
    display: str


# --- times --------------------------------------------------------------------


def instant(text: str, zone: tzinfo, place: str) -> datetime:
    """An aware instant in UTC from a dateTime or an instant; a bare day begins at midnight in `zone`.

    Digits below the microsecond are cut off, a leap second is the second before it. Month and year alone are no
    instant (R4 section 2.24.0.1).
    """
    try:
        found = _MOMENT.fullmatch(text)
        if found is None:
            return datetime.combine(day(text, place), datetime.min.time(), zone).astimezone(UTC)
        second = min(int(found["second"] or 0), _LEAP - 1)
        fraction = (found["fraction"] or "")[:_MICROSECOND_DIGITS].ljust(_MICROSECOND_DIGITS, "0")
        offset = (found["offset"] or "").replace("Z", "+00:00")
        told = datetime.fromisoformat(f"{found['date']}T{found['clock']}:{second:02d}.{fraction}{offset}")
        return (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed(f"{place} is no time") from None


def optional_instant(text: str, zone: tzinfo, place: str) -> datetime | None:
    """The same, None where nothing stands."""
    return instant(text, zone, place) if text else None


def day(text: str, place: str) -> date:
    """A whole calendar day; the day of a time as written."""
    found = _DAY.match(text)
    is_day = found is not None and (found[0] == text or _MOMENT.fullmatch(text) is not None)
    try:
        return date.fromisoformat(text[:10] if is_day else "")
    except ValueError:
        raise Malformed(f"{place} is no date") from None


def written_instant(moment: datetime, zone: tzinfo) -> str:
    """A dateTime with its offset, to the second."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def day_bounds(of: date, zone: tzinfo) -> tuple[str, str]:
    """The beginning of a day and of the next one, as search values."""
    midnight = datetime.combine(of, datetime.min.time(), zone)
    return written_instant(midnight, zone), written_instant(midnight + timedelta(days=1), zone)


# --- numbers and money ------------------------------------------------------------


def decimal(text: str, place: str) -> Decimal:
    """A number as exact as it was written; Malformed where it is of a size that nobody means."""
    if len(text) > _LONGEST_NUMBER or _EXPONENT.fullmatch(text):
        raise Malformed(f"{place} is no number of a sensible size")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Malformed(f"{place} is no number") from None


def fen(money: Node) -> Fen:
    """The amount of Money in fen, of either sign; Malformed in any currency but CNY, which may be left out."""
    if money.text("currency") not in ("", YUAN):
        raise Malformed(f"{money.path}.currency is not {YUAN}")
    number, place = money.number("value"), f"{money.path}.value"
    if not number:
        raise Malformed(f"{place} is missing")
    try:
        return fen_from_yuan(f"{decimal(number, place):f}")
    except Malformed:
        raise Malformed(f"{place} is no amount in yuan and fen") from None


def count(text: str, place: str) -> int:
    """A whole number that is not negative."""
    number = decimal(text, place)
    if number < 0 or number != number.to_integral_value() or number > 10**9:
        raise Malformed(f"{place} is no count")
    return int(number)


# --- codes -------------------------------------------------------------------------


def codes(node: Node, key: str) -> list[Code]:
    """Every code at that key, whatever the version makes of it: Coding, CodeableConcept, CodeableReference, lists."""
    return [each for found in node.children(key) for each in codes_of(found)]


def words(concept: Node) -> str:
    """A concept or reference in words: its text, or the first display, or the first code."""
    found = list(codes_of(concept))
    told = [concept.text("text"), *(each.display for each in found), *(each.code for each in found)]
    return next(filter(None, told), "")


def codes_of(found: Node) -> Iterator[Code]:
    """The codes of one Coding, concept or reference; a concept without any has its text."""
    inner = found.children("coding")
    for coding in inner:
        yield Code(coding.text("system"), coding.text("code"), coding.text("display"))
    for concept in found.children("concept"):
        yield from codes_of(concept)
    if not inner and found.has("code") and not isinstance(found.value["code"], dict):
        yield Code(found.text("system"), found.text("code"), found.text("display"))
    if not inner and found.text("text"):
        yield Code("", "", found.text("text"))


# --- people ------------------------------------------------------------------------

_NO_NAMES = frozenset({"old", "maiden", "nickname", "anonymous"})
_HANZI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def person_name(holder: Node) -> str:
    """A HumanName in hanzi where one has it, else the first name; names of earlier times count only alone."""
    names = list(holder.children("name"))
    current = [name for name in names if name.text("use") not in _NO_NAMES] or names
    ranked = sorted(current, key=lambda name: name.text("use") != "official")
    told = [_written_name(name) for name in ranked]
    return next((name for name in told if _HANZI.search(name)), next(filter(None, told), ""))


def _written_name(name: Node) -> str:
    """Text, or family and given names; blanks among hanzi mean nothing."""
    parts = [" ".join(part.split()) for part in (name.text("family"), *name.texts("given"))]
    whole = " ".join(name.text("text").split()) or " ".join(filter(None, parts))
    return whole.replace(" ", "") if all(sign in " ·" or _HANZI.match(sign) for sign in whole) else whole
