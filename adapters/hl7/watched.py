"""A message that notes which of its fields are read, to show what a mapping leaves unread; not for traffic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from adapters.hl7.message import Message
from adapters.hl7.path import PLACES, Place
from adapters.hl7.segment import Field, Reading, Segment

_DELIMITERS = 2


class WatchedSegment(Segment):
    """A segment with the numbers of the fields that somebody looked at."""

    __slots__ = ("seen",)

    def __init__(self, name: str, text: str, reading: Reading) -> None:
        super().__init__(name, text, reading)
        self.seen: set[int] = set()

    def __getitem__(self, address: str | Place) -> str:
        self.seen.add(PLACES[address][0])
        return super().__getitem__(address)

    def field(self, number: int) -> Field:
        """The field of that number, noted as seen."""
        self.seen.add(number)
        return super().field(number)


class WatchedMessage(Message):
    """A message of watched segments."""

    segment_type: ClassVar[type[Segment]] = WatchedSegment

    def unseen(self) -> Iterator[tuple[str, str]]:
        """The address and the text of every filled field that nobody looked at, in order."""
        for segment in self.segments():
            seen = segment.seen if isinstance(segment, WatchedSegment) else ()
            name = self.counted(segment) if segment.name else "a line that is no segment"
            yield from (
                (f"{name}-{number}", text)
                for number, text in enumerate(segment.fields[1:], start=1)
                if text and number not in seen and not (segment.name == "MSH" and number <= _DELIMITERS)
            )
