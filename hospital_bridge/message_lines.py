"""A received message as lines that a person can read: HL7 by its segments, JSON and XML by what stands in them.

XML is broken into lines and never parsed: what is looked at here may be the very thing that no parser should meet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.errors import Malformed
from adapters.hl7.message import Message

MOST_LINES = 2000
LONGEST_LINE = 2000
_CODECS = ("utf-8-sig", "gb18030")
HIDDEN = "•••"
_SHAPE = re.compile(r'\s*<[/?!]?[\w:.-]{1,64}>?|\s*(?:"[\w$@:.-]{1,64}"\s*:\s*)?[{}\[\],]*')
_IN_PLACES = re.compile(r"\(\d+\)|\[\d+\]|(?<=[A-Za-z])/[^.\[\s:]+")
_BETWEEN_ELEMENTS = re.compile(r">\s*<")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `name` is a segment's, empty where the message has none. A line that was too long says so."""

    name: str
    text: str = field(repr=False)

    @property
    def shape(self) -> str:
        """What may be told of the line to anybody: the segment's name, the key or the element, and no value."""
        if self.name:
            return self.name
        shape = _SHAPE.match(self.text)
        told = shape[0] if shape else ""
        return told if told.strip() == self.text.strip() else f"{told}{HIDDEN}"


def place_shape(place: str) -> str:
    """A place without the ids in it: `Patient/100001.name[0].text` names somebody, and `Patient.name.text` does not."""
    return _IN_PLACES.sub("", place)


def place_told(place: str, *, shown: bool) -> str:
    """A place as it may be told: the ids in it only where values may be `shown`."""
    return place if shown or "/" not in place else place_shape(place)


def lines_of(raw: bytes, charset: str | None) -> Sequence[Line]:
    """At most `MOST_LINES` lines and, after them, how many more there are."""
    lines = [Line(name, _cut(text)) for name, text in _lines(raw, charset)]
    rest = len(lines) - MOST_LINES
    return lines if rest <= 0 else [*lines[:MOST_LINES], Line("", f"… +{rest}")]


def _lines(raw: bytes, charset: str | None) -> Sequence[tuple[str, str]]:
    try:
        return [(segment.name, segment.text) for segment in Message.parse(raw, charset).segments()]
    except Malformed:
        text = decoded(raw, charset)
    try:
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        text = _BETWEEN_ELEMENTS.sub(">\n<", text)
    return [("", line) for line in text.splitlines()]


def decoded(raw: bytes, charset: str | None) -> str:
    """The bytes as text in the first character set in which they are text at all."""
    for codec in (*_CODECS, charset or ""):
        try:
            return raw.decode(codec)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("ascii", "backslashreplace")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}… +{len(text) - LONGEST_LINE}"
