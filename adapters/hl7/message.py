"""A received message: its bytes untouched, its values read where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import islice
from typing import ClassVar, Self

from adapters.errors import Malformed
from adapters.hl7.charset import CharsetNote, decode
from adapters.hl7.delimiters import Delimiters
from adapters.hl7.null import told
from adapters.hl7.path import PATHS
from adapters.hl7.segment import Reading, Segment

_LINE_END = re.compile(r"[\r\n]+")
_LINE = re.compile(r"[^\r\n]+")
_HEADER = re.compile(r"MSH(?=[!-/:-@\[-`{-~])")
_BATCH = frozenset({"FHS", "BHS", "BTS", "FTS"})
_NAME_LENGTH = 3
_MOST_NAMES = 1024
_BEFORE_HEADER = "\ufeff\x0b \t"


class Oddity(StrEnum):
    """What a message may be read in spite of."""

    BATCH = "batch envelope"
    CHARSET_CONTRADICTED = "the bytes contradict the declared character set"
    CHARSET_MISPLACED = "character set in MSH-17"
    CHARSET_UNKNOWN = "unknown character set in MSH-18"
    DELIMITERS_LONG = "MSH-2 has more than five characters"
    DELIMITERS_SHORT = "MSH-2 has fewer than four characters"
    NO_CONTROL_ID = "MSH-10 is missing"
    NO_TYPE = "MSH-9 is missing"
    NO_VERSION = "MSH-12 is missing"
    SEVERAL_MESSAGES = "more than one MSH"
    STRAY_LINE = "a line that is no segment"
    UNDECODABLE = "bytes that are no character in any known set"


_CHARSET_ODDITIES = {
    CharsetNote.MISPLACED: Oddity.CHARSET_MISPLACED,
    CharsetNote.UNKNOWN: Oddity.CHARSET_UNKNOWN,
    CharsetNote.CONTRADICTED: Oddity.CHARSET_CONTRADICTED,
    CharsetNote.UNDECODABLE: Oddity.UNDECODABLE,
}
_REQUIRED = (("9", Oddity.NO_TYPE), ("10", Oddity.NO_CONTROL_ID), ("12", Oddity.NO_VERSION))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may cost."""

    size: int = 1024**3
    segments: int = 100_000


USUAL_LIMITS = Limits()
"""What was let in is read: a listener lets in less."""


class Message:
    """A message of any type, Z-segments included.

    `message["PID-3.4.2"]` is the value there with escapes decoded and '' where there is none;
    `PID-3(2).1` names a repetition, `OBX(3)-5` the third OBX. `bytes(message)` is what was received.
    """

    segment_type: ClassVar[type[Segment]] = Segment

    def __init__(self, raw: bytes, lines: Sequence[str], header: str, codec: str, notes: Sequence[CharsetNote]) -> None:
        self._raw = raw
        self._notes = notes
        self.codec = codec
        self.delimiters = Delimiters.of_header(header)
        self._all, self._by_name = self._read(lines)

    @classmethod
    def parse(cls, raw: bytes, charset: str | None = None, limits: Limits = USUAL_LIMITS) -> Self:
        """Read a message in linear time; `charset` is what the peer is known to send where MSH-18 is of no help.

        Malformed where there is no MSH, where a delimiter has two roles or beyond `limits`; all else
        that is odd is listed in `problems`.
        """
        if len(raw) > limits.size:
            raise Malformed(f"a message of {len(raw)} bytes, more than {limits.size}")
        decoded = decode(raw, charset)
        lines = _lines(decoded.text, limits.segments + 1)
        if len(lines) > limits.segments:
            raise Malformed(f"a message of more than {limits.segments} segments")
        return cls(raw, lines, _find_header(lines), decoded.codec, decoded.notes)

    def __bytes__(self) -> bytes:
        return self._raw

    def __repr__(self) -> str:
        return f"<Message of {len(self._all)} segments>"

    def __getitem__(self, address: str) -> str:
        name, occurrence, where = PATHS[address]
        found = self._by_name.get(name, ())
        return found[occurrence - 1][where] if occurrence <= len(found) else ""

    def segments(self, name: str | None = None) -> Sequence[Segment]:
        """Every segment in order, or those of one name; stray lines are among all, under no name."""
        return self._all if name is None else self._by_name.get(name, ())

    def counted(self, segment: Segment) -> str:
        """A segment's name, with its number among those of that name where there are several: `OBX(3)`."""
        number = self._numbers[id(segment)]
        return segment.name if len(self._by_name[segment.name]) == 1 else f"{segment.name}({number})"

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return self["MSH-10"]

    @property
    def type(self) -> str:
        """Message code and trigger event as `ADT^A28`, whatever the delimiters; the code alone where that is all."""
        header = self.header
        return "^".join(filter(None, (header["9.1"], header["9.2"])))

    @property
    def header(self) -> Segment:
        """The first MSH."""
        return self._by_name["MSH"][0]

    @cached_property
    def problems(self) -> tuple[Oddity, ...]:
        """What is odd about the message, each oddity once."""
        return tuple(dict.fromkeys(self._oddities()))

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """The number of each segment among those of its name, by its identity."""
        same = self._by_name.values()
        return {id(segment): number for segments in same for number, segment in enumerate(segments, start=1)}

    def _read(self, lines: Sequence[str]) -> tuple[Sequence[Segment], dict[str, list[Segment]]]:
        """Every segment in its order, and those of each name."""
        segment, reading = self.segment_type, Reading.of(self.delimiters, self.codec)
        names = _Names.of(self.delimiters.field)
        every: list[Segment] = []
        found: dict[str, list[Segment]] = {}
        last, same = "", list[Segment]()
        for line in lines:
            name = names[line[:4]] or names.odd(line)
            one = segment(name, line, reading)
            every.append(one)
            # Most stand behind one of their kind.
            if name != last:
                last, same = name, found.setdefault(name, [])
            same.append(one)
        found.pop("", None)
        return every, found

    def _oddities(self) -> Iterator[Oddity]:
        yield from (_CHARSET_ODDITIES[note] for note in self._notes)
        declared = self.header["2"]
        if not self.delimiters.complete or not declared:
            yield Oddity.DELIMITERS_SHORT
        if len(declared) > len("^~\\&#"):
            yield Oddity.DELIMITERS_LONG
        yield from (oddity for field, oddity in _REQUIRED if not told(self.header[field]))
        if sum(map(len, self._by_name.values())) < len(self._all):
            yield Oddity.STRAY_LINE
        if not _BATCH.isdisjoint(self._by_name):
            yield Oddity.BATCH
        if len(self._by_name["MSH"]) > 1:
            yield Oddity.SEVERAL_MESSAGES


def _lines(text: str, most: int) -> list[str]:
    """The first lines that hold anything, whatever ends them: blank ones carry no place that could move."""
    if len(text) > 2 * most < text.count("\r") + text.count("\n"):
        # Of a text that is all line ends a list of its parts would take eight times its size.
        some = (found[0] for found in _LINE.finditer(text))
        return list(islice((line for line in some if not line.isspace()), most))
    parts = _LINE_END.split(text) if "\n" in text else text.split("\r")
    return [line for line in parts if line and not line.isspace()]


def _find_header(lines: Sequence[str]) -> str:
    """The first MSH from its M on; batch envelopes and stray lines may stand before it."""
    for line in lines:
        header = line.lstrip(_BEFORE_HEADER)
        if _HEADER.match(header):
            return header
    raise Malformed("no MSH segment")


class _Names(dict[str, str]):
    """The name in capitals that four characters begin a segment with, '' where they do not; always the same few."""

    def __init__(self, separator: str) -> None:
        super().__init__()
        self._separator = separator

    @classmethod
    @lru_cache(maxsize=64)
    def of(cls, separator: str) -> _Names:
        """Those of messages with that field separator."""
        return cls(separator)

    def __missing__(self, head: str) -> str:
        name = head[:_NAME_LENGTH]
        found = name.upper() if head[_NAME_LENGTH:] in ("", self._separator) and _is_name(name) else ""
        if len(self) < _MOST_NAMES:
            self[head] = found
        return found

    def odd(self, line: str) -> str:
        """The name behind a mark or a blank that stands before it, or '' for what is no segment."""
        name = line.split(self._separator, 1)[0].strip(_BEFORE_HEADER)
        return name.upper() if _is_name(name) else ""


def _is_name(text: str) -> bool:
    return len(text) == _NAME_LENGTH and text.isascii() and text.isalnum()
