"""One segment, split only when and where it is read."""

from __future__ import annotations

from functools import lru_cache
from typing import Self

from adapters.hl7.delimiters import USUAL, Delimiters
from adapters.hl7.escapes import unescape
from adapters.hl7.path import PLACES, Place

_HEADERS = frozenset({"MSH", "FHS", "BHS"})
_ENCODING_CHARACTERS = 2
_UNSPLIT: list[str] = []
_NOWHERE = "\r"
"""What no segment has in its text, for it ends it."""


class Reading:
    """What it takes to read a message's text: its delimiters, each by itself too, and its codec."""

    __slots__ = ("codec", "component", "delimiters", "escape", "field", "repetition", "subcomponent")

    def __init__(self, delimiters: Delimiters, codec: str) -> None:
        self.delimiters = delimiters
        self.codec = codec
        # Asked for with every value that is read, so a step nearer; and what was not declared is found nowhere.
        self.field = delimiters.field
        self.repetition = delimiters.repetition or _NOWHERE
        self.component = delimiters.component or _NOWHERE
        self.subcomponent = delimiters.subcomponent or _NOWHERE
        self.escape = delimiters.escape or _NOWHERE

    @classmethod
    @lru_cache(maxsize=64)
    def of(cls, delimiters: Delimiters, codec: str) -> Self:
        """The same few all day long."""
        return cls(delimiters, codec)

    def value(self, text: str) -> str:
        """The text with its escape sequences decoded."""
        return unescape(text, self.delimiters, self.codec)


class Segment:
    """A line of a message; `name` is '' for a stray line that is no segment.

    `segment["5.1"]` is the value at that place with escapes decoded, '' where there is none.
    A place that holds several parts gives their text, delimiters included.
    """

    __slots__ = ("_fields", "_reading", "name", "text")

    def __init__(self, name: str, text: str, reading: Reading) -> None:
        self.name = name
        self.text = text
        self._reading = reading
        self._fields = _UNSPLIT

    def __getitem__(self, address: str | Place) -> str:
        number, repetition, component, subcomponent = PLACES[address]
        if not (fields := self._fields):
            fields = self.fields
        if number >= len(fields):
            return ""
        text = fields[number]
        if number <= _ENCODING_CHARACTERS and self.name in _HEADERS:
            return text
        reading = self._reading
        # Most values are a whole field or its beginning: neither needs a call.
        if repetition > 1 or reading.repetition in text:
            text = _part(text, reading.repetition, repetition)
        if component > 1:
            text = _part(text, reading.component, component)
        elif component and reading.component in text:
            text = text[: text.index(reading.component)]
        if subcomponent:
            text = _part(text, reading.subcomponent, subcomponent)
        return reading.value(text) if reading.escape in text else text

    def __repr__(self) -> str:
        return f"<Segment {self.name or 'stray'}>"

    @property
    def fields(self) -> list[str]:
        """The undecoded text of each field by its HL7 number; number 0 is the name."""
        if not (fields := self._fields):
            separator = self._reading.field
            self._fields = fields = self.text.split(separator)
            if self.name in _HEADERS:
                fields.insert(1, separator)
        return fields

    def field(self, number: int) -> Field:
        """The field of that number (from 1), empty where the segment is shorter."""
        literal = self.name in _HEADERS and number <= _ENCODING_CHARACTERS
        return Field(self._raw(number), self._reading, literal=literal)

    def _raw(self, number: int) -> str:
        fields = self._fields or self.fields
        return fields[number] if number < len(fields) else ""


class Field:
    """A field: `text` as received, `value` decoded, `repetitions` each with its components."""

    __slots__ = ("_literal", "_reading", "text")

    def __init__(self, text: str, reading: Reading, *, literal: bool = False) -> None:
        self.text = text
        self._reading = reading
        self._literal = literal

    @property
    def value(self) -> str:
        """The whole field with escapes decoded, delimiters included."""
        return self.text if self._literal else self._reading.value(self.text)

    @property
    def repetitions(self) -> list[Repetition]:
        """Every repetition in order; an empty field has none."""
        if not self.text:
            return []
        parts = [self.text] if self._literal else _split(self.text, self._reading.delimiters.repetition)
        return [Repetition(part, self._reading) for part in parts]


NO_FIELD = Field("", Reading(USUAL, "ascii"))
"""A field of a segment that is not there."""


class Repetition:
    """One repetition of a field: `repetition["4.2"]` is subcomponent 2 of component 4, '' if absent."""

    __slots__ = ("_reading", "text")

    def __init__(self, text: str, reading: Reading) -> None:
        self.text = text
        self._reading = reading

    def __getitem__(self, address: str) -> str:
        component, _, subcomponent = address.partition(".")
        delimiters = self._reading.delimiters
        text = _part(self.text, delimiters.component, int(component))
        if subcomponent:
            text = _part(text, delimiters.subcomponent, int(subcomponent))
        return self._reading.value(text)

    @property
    def value(self) -> str:
        """The whole repetition with escapes decoded, delimiters included."""
        return self._reading.value(self.text)

    @property
    def components(self) -> list[str]:
        """Every component in order, each with escapes decoded."""
        return [self._reading.value(part) for part in _split(self.text, self._reading.delimiters.component)]


def _split(text: str, delimiter: str) -> list[str]:
    return text.split(delimiter) if delimiter else [text]


def _part(text: str, delimiter: str, number: int) -> str:
    """The part of that number, from 1; '' where there are fewer."""
    if not delimiter or delimiter not in text:
        return text if number == 1 else ""
    if number == 1:
        return text[: text.index(delimiter)]
    parts = text.split(delimiter, number)
    return parts[number - 1] if number <= len(parts) else ""
