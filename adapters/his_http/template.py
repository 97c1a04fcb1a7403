"""Requests by template: `{name}` becomes a value, escaped for the place where it stands, and nothing is ever run.

`{name:cdata}` says otherwise how it is escaped, one way after another for `{payload:json:xml}`; `{filler_id.2}` is the
second part of a number that is joined of several. A brace that opens no such place stands for itself.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote_from_bytes
from xml.sax.saxutils import escape

from adapters.errors import Reason, Refused
from adapters.hl7 import escapes as hl7

JOINED = "|"
"""What stands between the parts of a joined number."""

_PLACE = re.compile(r"\{(?P<name>[a-z][a-z0-9_]*)(?:\.(?P<part>[1-9]))?(?P<ways>(?::[a-z0-9]+)*)\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
_LINE_END = re.compile(r"[\r\n]")
_IN_XML = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;", '"': "&quot;", "'": "&#39;"}

Escape = Callable[[str, str], str]
"""Called with the text and the codec of the request."""


def _xml(text: str, _codec: str) -> str:
    _refuse(_CONTROL, text)
    return escape(text, _IN_XML)


def _cdata(text: str, _codec: str) -> str:
    _refuse(_CONTROL, text)
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _json(text: str, _codec: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _number(text: str, _codec: str) -> str:
    """A number of JSON without quotes; null where there is none."""
    if text and not _JSON_NUMBER.fullmatch(text):
        raise Refused("a value is no number, and its place is one for a number", reason=Reason.NOT_ALLOWED)
    return text or "null"


def _url(text: str, codec: str) -> str:
    return quote_from_bytes(encoded(text, codec), safe="")


def _base64(text: str, codec: str) -> str:
    return base64.b64encode(encoded(text, codec)).decode("ascii")


def _line(text: str, _codec: str) -> str:
    """For a header or a plain text: one line."""
    _refuse(_CONTROL, text)
    _refuse(_LINE_END, text)
    return text


def _raw(text: str, _codec: str) -> str:
    return text


ESCAPES: Mapping[str, Escape] = {
    "xml": _xml,
    "cdata": _cdata,
    "json": _json,
    "number": _number,
    "url": _url,
    "base64": _base64,
    "hl7": lambda text, _codec: hl7.escape(text),
    "line": _line,
}
RAW = "raw"
"""No escape at all: for what was rendered already and stands in another document as it is."""


@dataclass(frozen=True, slots=True)
class Place:
    """One `{…}` of a template: whose value, which part of it (0 for all), how it is escaped, and its line from 1."""

    name: str
    part: int
    ways: tuple[str, ...]
    line: int

    def value(self, values: Mapping[str, str]) -> str:
        """The value, or its part."""
        text = values[self.name]
        return ([*text.split(JOINED), *[""] * self.part])[self.part - 1] if self.part else text

    def filled(self, values: Mapping[str, str], codec: str) -> str:
        """The value as it stands there; Refused where it cannot stand there at all."""
        text = self.value(values)
        for way in self.ways:
            text = ESCAPES[way](text, codec) if way != RAW else text
        return text


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places; `pieces` are its texts and places in turn."""

    pieces: tuple[str | Place, ...]

    @property
    def places(self) -> Iterator[Place]:
        """Every place in it."""
        return (piece for piece in self.pieces if isinstance(piece, Place))

    def render(self, values: Mapping[str, str], codec: str = "utf-8") -> str:
        """The text with every value in its place."""
        return "".join(piece if isinstance(piece, str) else piece.filled(values, codec) for piece in self.pieces)


def template_of(text: str, way: str) -> Template:
    """The template, whose places are escaped by `way` where they do not say; ValueError names an unknown way."""
    pieces: list[str | Place] = []
    end = 0
    for found in _PLACE.finditer(text):
        ways = tuple(filter(None, found["ways"].split(":"))) or (way,)
        unknown = next((each for each in ways if each not in ESCAPES and each != RAW), None)
        line = text.count("\n", 0, found.start()) + 1
        if unknown is not None:
            raise ValueError(f"line {line}: {{{found['name']}}} is escaped by {unknown}; known are {_KNOWN}")
        pieces += [text[end : found.start()], Place(found["name"], int(found["part"] or 0), ways, line)]
        end = found.end()
    return Template((*pieces, text[end:]))


def encoded(text: str, codec: str) -> bytes:
    """The bytes; Refused where the character set lacks a character of it."""
    try:
        return text.encode(codec)
    except UnicodeEncodeError as fault:
        character = f"U+{ord(text[fault.start]):04X}"
        raise Refused(f"{character} does not exist in {codec}", reason=Reason.NOT_ALLOWED) from None


def _refuse(pattern: re.Pattern[str], text: str) -> None:
    if pattern.search(text):
        raise Refused("a value holds a character that cannot be sent", reason=Reason.NOT_ALLOWED)


_KNOWN = ", ".join([*ESCAPES, RAW])
