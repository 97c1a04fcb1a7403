"""The segments that one thing is told by: an item's own before its order's, its patient's and the message's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from adapters import texts
from adapters.errors import Malformed
from adapters.his_hl7.map_settings import Places, Rule
from adapters.his_hl7.mapping import reading
from adapters.his_hl7.mapping.names import staff_name
from adapters.hl7.message import Message
from adapters.hl7.null import told
from adapters.hl7.segment import NO_FIELD, Field, Segment


class Scope:
    """`scope.text(("OBX-3.2", "OBX-3.1"))` is the first of these places that is filled, stripped; '' where none is.

    A fault names its place as the message counts it, such as `OBX(3)-5`.
    """

    def __init__(self, message: Message, segments: Iterable[Segment], outer: reading.Group | None = None) -> None:
        self._message = message
        self.group: reading.Group = {**(outer or {}), **_first_of_each(segments)}

    def inside(self, segments: Iterable[Segment]) -> Scope:
        """The scope of something within this one, told by these segments before all others."""
        return Scope(self._message, segments, self.group)

    def segment(self, name: str) -> Segment:
        """The nearest segment of that name; Malformed where there is none."""
        if name not in self.group:
            raise Malformed(f"{name} is missing")
        return self.group[name]

    def text(self, places: Places) -> str:
        """The first value there is."""
        for address in places:
            if found := reading.value(self.group, address):
                return found
        return ""

    def has_segment(self, places: Places) -> bool:
        """Whether the segment of any of the places is there, filled or not."""
        return any(address.partition("-")[0] in self.group for address in places)

    def field(self, places: Places) -> Field:
        """The field of the first place that is filled, all its repetitions; of the first place where none is."""
        address = next((place for place in places if reading.value(self.group, place)), next(iter(places), ""))
        name, _, where = address.partition("-")
        return self.group[name].field(int(where.partition(".")[0])) if name in self.group else NO_FIELD

    def values(self, places: Places) -> list[str]:
        """The first value there is; every repetition of it where the place is a whole field."""
        address = next((place for place in places if reading.value(self.group, place)), "")
        if not address or not address.partition("-")[2].isdigit():
            return [self.text(places)]
        return [told(repetition.value) for repetition in self.field(places).repetitions]

    def at(self, places: Places) -> str:
        """The first place that is filled, as the message counts it; where none is, the first that might be."""
        filled = (address for address in places if reading.value(self.group, address))
        return self.label(next(filled, places[0] if places else "the map"))

    def label(self, address: str) -> str:
        """An address with its segment counted where the message has several of that name."""
        name, dash, rest = address.partition("-")
        if name not in self.group:
            return address
        return f"{self._message.counted(self.group[name])}{dash}{rest}"

    def required(self, places: Places) -> str:
        """The first value there is; Malformed where there is none."""
        found = self.text(places)
        if not found:
            raise Malformed(f"{self.at(places)} is missing")
        return found

    def number(self, places: Places) -> str:
        """A number by which the hospital knows a thing; Malformed where there is none."""
        return texts.identifier(self.required(places), self.at(places))

    def optional_number(self, places: Places) -> str:
        """The same, '' where there is none."""
        return texts.identifier(self.text(places), self.at(places))

    def instant(self, places: Places, zone: tzinfo) -> datetime | None:
        """An aware instant in UTC, None where there is none."""
        found = self.text(places)
        return texts.instant(found, zone, self.at(places)) if found else None

    def required_instant(self, places: Places, zone: tzinfo) -> datetime:
        """An aware instant in UTC; Malformed where there is none."""
        return texts.instant(self.required(places), zone, self.at(places))

    def codes(self, places: Places) -> list[str]:
        """The codes there, every repetition of a whole field; of a coded entry (`H^high^HL70078`) its first component.

        Since HL7 v2.7 a flag, a sex or a status that was a bare code may be such an entry.
        """
        address = next((place for place in places if reading.value(self.group, place)), "")
        if not address or not address.partition("-")[2].isdigit():
            return [self.text(places)]
        return [told(repetition["1"]) for repetition in self.field(places).repetitions]

    def code(self, places: Places) -> str:
        """The first of them."""
        return self.codes(places)[0]

    def holds(self, rule: Rule) -> bool:
        """Whether the first value at the rule's places, or the code in it, is one of its values."""
        return rule.accepts(self.text(rule.places)) or rule.accepts(self.code(rule.places))

    def practitioner(self, places: Places) -> tuple[str, str]:
        """Code and name out of a whole field of type XCN."""
        people = self.field(places).repetitions
        return (told(people[0]["1"]), staff_name(people)) if people else ("", "")


def _first_of_each(segments: Iterable[Segment]) -> dict[str, Segment]:
    found: dict[str, Segment] = {}
    for segment in segments:
        found.setdefault(segment.name, segment)
    return found
