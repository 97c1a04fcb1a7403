"""The order of segments in a message, held against its abstract structure (HL7 v2.5.1 section 2.12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

UNBOUNDED = -1


@dataclass(frozen=True, slots=True)
class Node:
    """A segment (no children) or a group; at least `least` and at most `most` times, -1 for any number.

    `choice` means that one of the children stands, not all in turn.
    """

    name: str
    least: int = 1
    most: int = 1
    children: tuple[Node, ...] = ()
    choice: bool = False

    def starts_with(self, name: str) -> bool:
        """Whether this may begin with a segment of that name."""
        if not self.children:
            return self.name == name
        for child in self.children:
            if child.starts_with(name):
                return True
            if child.least and not self.choice:
                return False
        return False

    def names(self) -> Iterator[str]:
        """The name of every segment that may occur."""
        if not self.children:
            yield self.name
        for child in self.children:
            yield from child.names()


@dataclass(frozen=True, slots=True)
class Misplaced:
    """What is wrong at the segment of that index (from 0)."""

    index: int
    text: str


def misplaced(structure: Node, names: Sequence[str]) -> list[Misplaced]:
    """Where the segments leave their structure; Z-segments may stand anywhere and are passed over."""
    allowed = set(structure.names())
    known = [index for index, name in enumerate(names) if not name.startswith("Z")]
    strangers = [Misplaced(index, "not part of this structure") for index in known if names[index] not in allowed]
    matcher = _Matcher(names, [index for index in known if names[index] in allowed])
    matcher.take(structure)
    return [*strangers, *matcher.findings()]


class _Matcher:
    """Walks structure and segments side by side: v2 structures can be told apart by the next segment."""

    def __init__(self, names: Sequence[str], indexes: Sequence[int]) -> None:
        self._names = names
        self._indexes = indexes
        self._at = 0
        self._missing: list[Misplaced] = []

    def match(self, node: Node) -> None:
        """Take as many of the next segments as this node allows."""
        count = 0
        while count != node.most and self._next_starts(node):
            self.take(node)
            count += 1
        if count < node.least:
            self._missing.append(Misplaced(self._place(), f"{node.name} is required before this"))

    def findings(self) -> list[Misplaced]:
        """What was missing, and the first segment that found no place."""
        if self._at < len(self._indexes):
            return [*self._missing, Misplaced(self._indexes[self._at], "not allowed in this place")]
        return self._missing

    def take(self, node: Node) -> None:
        """Take one occurrence of this node."""
        if not node.children:
            self._at += 1
        elif node.choice:
            self.match(next(child for child in node.children if self._next_starts(child)))
        else:
            for child in node.children:
                self.match(child)

    def _next_starts(self, node: Node) -> bool:
        return self._at < len(self._indexes) and node.starts_with(self._names[self._indexes[self._at]])

    def _place(self) -> int:
        return self._indexes[self._at] if self._at < len(self._indexes) else len(self._names)
