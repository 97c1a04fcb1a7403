"""How far a feed was read: a watermark with the key that tells equal ones apart, as a text that keeps their types.

A row is committed later than its watermark says, so a round through the feed begins again a while (the overlap)
before the newest row that stood there when the round before began. What is older than that was there to be read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from adapters.errors import Malformed

_WRITE: Mapping[type[Any], tuple[str, Callable[[Any], str]]] = {
    datetime: ("time", datetime.isoformat),
    date: ("day", date.isoformat),
    int: ("whole", str),
    Decimal: ("decimal", str),
    float: ("float", repr),
    str: ("text", str),
    bytes: ("bytes", bytes.hex),
}
"""In this order: a datetime is a date too."""

_READ: Mapping[str, Callable[[str], Any]] = {
    "time": datetime.fromisoformat,
    "day": date.fromisoformat,
    "whole": int,
    "decimal": Decimal,
    "float": float,
    "text": str,
    "bytes": bytes.fromhex,
}

_TIMES = (
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII), "%Y-%m-%d %H:%M:%S"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII), "%Y-%m-%dT%H:%M:%S"),
    (re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", re.ASCII), "%Y/%m/%d %H:%M:%S"),
    (re.compile(r"(?:19|20)\d{12}", re.ASCII), "%Y%m%d%H%M%S"),
)
"""Times that are kept as text: they sort as they pass. What follows the seconds is left off: that sorts before."""


class Key(NamedTuple):
    """Where a row stands in its feed."""

    watermark: Any
    tie: Any


@dataclass(frozen=True, slots=True)
class Mark:
    """`after` is the last row that was read, `since` where a round begins; with neither, at the very beginning.

    While a round is `running`, `since` is where the next one begins.
    """

    after: Key | None = None
    since: Any = None
    running: bool = False

    def written(self) -> str:
        """The mark as a text."""
        parts: dict[str, Any] = {}
        if self.after is not None:
            parts["after"] = [_write(self.after.watermark), _write(self.after.tie)]
        if self.since is not None:
            parts["since"] = _write(self.since)
        return json.dumps(parts | {"running": self.running}, ensure_ascii=False)


def read(text: str) -> Mark:
    """The mark of a text that `written` gave, or of ''; Malformed for any other."""
    if not text:
        return Mark()
    try:
        parts = json.loads(text)
        after = Key(*map(_read, parts["after"])) if "after" in parts else None
        return Mark(after, _read(parts["since"]) if "since" in parts else None, bool(parts["running"]))
    except (ValueError, LookupError, TypeError, ArithmeticError):
        raise Malformed("the mark of the feed is none of ours") from None


def settled(newest: Any, overlap: int, now: datetime, zone: tzinfo) -> Any:
    """Up to where nothing can be missing, with `newest` the greatest watermark at the time; None without an overlap.

    The overlap is in seconds for times, else in the watermark's own units. A row from the future moves nothing on:
    else one wrong date would hide everything until then.
    """
    if not overlap:
        return None
    if isinstance(newest, datetime):
        return min(newest, _as_of(newest, now, zone)) - timedelta(seconds=overlap)
    if isinstance(newest, date):
        return min(newest, now.astimezone(zone).date()) - timedelta(seconds=overlap) - timedelta(days=1)
    if isinstance(newest, str):
        return _earlier_text(newest, overlap, now, zone)
    if isinstance(newest, bytes):
        return max(0, int.from_bytes(newest) - overlap).to_bytes(len(newest))
    return newest - overlap


def _as_of(newest: datetime, now: datetime, zone: tzinfo) -> datetime:
    return now if newest.tzinfo is not None else now.astimezone(zone).replace(tzinfo=None)


def _earlier_text(newest: str, overlap: int, now: datetime, zone: tzinfo) -> str:
    for shape, form in _TIMES:
        found = shape.match(newest)
        if found is None:
            continue
        try:
            at = datetime.strptime(found.group(), form)  # noqa: DTZ007 - as the database has it
        except ValueError:
            continue
        return (min(at, _as_of(at, now, zone)) - timedelta(seconds=overlap)).strftime(form)
    if newest.isdecimal() and newest.isascii():
        return str(max(0, int(newest) - overlap)).zfill(len(newest))
    raise Malformed("the watermark is a text that is neither a time nor a number: its overlap cannot be worked out")


def _write(value: Any) -> list[str]:
    kind = next((kind for kind in _WRITE if isinstance(value, kind)), None)
    if kind is None:
        raise Malformed("the watermark or its tie is of a type that cannot be ordered")
    name, write = _WRITE[kind]
    return [name, write(value)]


def _read(written: Any) -> Any:
    name, text = written
    return _READ[name](text)
