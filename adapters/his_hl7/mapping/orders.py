"""The orders of a message of results, each with its items: whose OBX is whose (HL7 v2.5.1 sections 7.3.2 and 7.3.8).

ORU has ORC before OBR and OUL has it behind; whichever stands first in a message says which. A specimen (SPM, SAC)
that stands before the first order is followed by its orders; one that stands behind an order's items is that order's,
and the OBX behind it describe the specimen and are no results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.errors import Malformed
from adapters.hl7.message import Message
from adapters.hl7.segment import Segment

_SPECIMEN = frozenset({"SPM", "SAC"})
_OF_ORDER = frozenset({"ORC", "OBR"})


@dataclass(slots=True)
class Order:
    """An OBR with what belongs to it: `head` before its first item, `tail` behind the last item's own."""

    head: list[Segment] = field(default_factory=list)
    items: list[list[Segment]] = field(default_factory=list)
    tail: list[Segment] = field(default_factory=list)

    @property
    def segments(self) -> list[Segment]:
        """All but the items' OBX and comments, for what is told of the order as a whole."""
        behind = [segment for item in self.items for segment in item if segment.name not in ("OBX", "NTE")]
        return [*self.head, *behind, *self.tail]

    @property
    def comments(self) -> list[Segment]:
        """The comments (NTE) on the order as a whole."""
        return [segment for segment in self.head if segment.name == "NTE"]


@dataclass(slots=True)
class Orders:
    """The orders in turn, and the OBX that describe a specimen or stand before any order."""

    found: list[Order] = field(default_factory=list)
    apart: list[Segment] = field(default_factory=list)


def orders(message: Message, segments: Sequence[Segment]) -> Orders:
    """Every OBX in exactly one place; Malformed where an order's results can only stand behind its specimen."""
    reading = _Walk(message, segments)
    for segment in segments:
        reading.take(segment)
    return reading.orders


class _Walk:
    def __init__(self, message: Message, segments: Sequence[Segment]) -> None:
        names = [segment.name for segment in segments]
        self.orders = Orders()
        self._message = message
        self._first = next((name for name in names if name in _OF_ORDER), "OBR")
        specimen = next((index for index, name in enumerate(names) if name in _SPECIMEN), len(names))
        self._specimen_leads = specimen < next((i for i, name in enumerate(names) if name in _OF_ORDER), 0)
        self._specimen: list[Segment] = []
        self._waiting: list[Segment] = []
        self._in_specimen = False

    def take(self, segment: Segment) -> None:
        match segment.name:
            case "ORC" | "OBR":
                self._order(segment)
            case "SPM" | "SAC":
                self._sample(segment)
            case "OBX":
                self._item(segment)
            case "PID" | "PV1" | "MSH" | "DSC":
                return
            case _:
                self._detail(segment)

    @property
    def _current(self) -> Order | None:
        return self.orders.found[-1] if self.orders.found and not self._waiting else None

    def _order(self, segment: Segment) -> None:
        """Begin an order, or join the one that still lacks this half of ORC and OBR."""
        self._in_specimen = False
        current = self._current
        halves = {each.name for each in current.head} if current else set()
        joins = current is not None and segment.name != self._first and segment.name not in halves and not current.items
        if joins and current is not None:
            current.head.append(segment)
        elif segment.name == "ORC" and self._first == "OBR":
            self._waiting.append(segment)
        else:
            self.orders.found.append(Order([segment, *self._waiting], tail=list(self._specimen)))
            self._waiting = []

    def _sample(self, segment: Segment) -> None:
        if self._specimen_leads:
            within = segment.name == "SAC" and self._specimen and self._specimen[0].name == "SPM"
            self._specimen = [*self._specimen, segment] if within else [segment]
        elif self._current is not None:
            self._current.tail.append(segment)
        self._in_specimen = True

    def _item(self, segment: Segment) -> None:
        current = self._current
        if current is None or self._in_specimen:
            if current is not None and not current.items and not self._specimen_leads:
                raise Malformed(
                    f"{self._message.counted(segment)} stands behind the specimen of an order without results"
                )
            self.orders.apart.append(segment)
        else:
            current.items.append([segment])

    def _detail(self, segment: Segment) -> None:
        current = self._current
        if current is None or self._in_specimen:
            return
        (current.items[-1] if current.items else current.head).append(segment)
