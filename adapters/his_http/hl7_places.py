"""HL7 v2 inside a reply: its addresses as places, and a message whose segment ends were lost on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.errors import Malformed
from adapters.his_http.path import Node
from adapters.hl7.message import Message
from adapters.hl7.null import told
from adapters.hl7.path import path
from adapters.hl7.segment import Segment

_ENDS = re.compile(r"\r\n?|\n")
_OPENER = re.compile(r"[A-Z][A-Z0-9]{2}\Z")


@dataclass(frozen=True, slots=True)
class Hl7Node:
    """Some segments of a message, the first of each name counting."""

    message: Message
    segments: tuple[Segment, ...]

    parent: None = None

    @property
    def group(self) -> Mapping[str, Segment]:
        """The first segment of each name."""
        return {segment.name: segment for segment in reversed(self.segments)}

    def inside(self, name: str, namespace: str | None) -> Iterable[Node]:
        """Nothing that a path could lead to."""
        return ()

    def holds(self, name: str) -> bool:
        """The same."""
        return False

    def names(self) -> Iterable[str]:
        """The same."""
        return ()

    def each(self) -> Iterable[Node]:
        """Itself."""
        return [self]

    is_nothing: bool = False

    def attribute(self, name: str) -> str | None:
        """The same."""
        return None

    def text(self) -> str:
        """The same."""
        return ""


@dataclass(frozen=True, slots=True)
class Hl7Place:
    """`PID-3.1`, or as the opener of rows `PID`: each row begins at such a segment."""

    written: str

    @property
    def leaves_the_row(self) -> bool:
        """Never: what stands before the first row belongs to none."""
        return False

    def is_there(self, node: Hl7Node, root: Hl7Node) -> bool:
        """A message without a row is still the message."""
        return True

    def beside(self, node: Hl7Node, root: Hl7Node) -> list[str]:
        """Nothing is told of it."""
        return []

    def nodes(self, node: Any, root: Any) -> list[Hl7Node]:
        """The groups that these segments open; none in a document that is no message."""
        found: list[list[Segment]] = []
        for segment in root.segments if isinstance(root, Hl7Node) else ():
            if segment.name == self.written:
                found.append([])
            if found:
                found[-1].append(segment)
        return [Hl7Node(root.message, tuple(group)) for group in found]

    def texts(self, node: Any, root: Any) -> Iterator[str]:
        """The value there, of the row or else of the message; nothing in a document that is no message."""
        if not isinstance(node, Hl7Node):
            return
        name, _, place = self.written.partition("-")
        segment = node.group.get(name) or root.group.get(name)
        if segment is not None:
            yield told(segment[place])


def hl7_place(written: str) -> Hl7Place:
    """The place; ValueError where it is no address and no segment."""
    text = written.strip()
    if not _OPENER.match(text):
        path(text)
    return Hl7Place(text)


def hl7(text: str, names: Iterable[str]) -> Hl7Node:
    """The message in a reply; where all segment ends are gone, one is put before each of these names."""
    split = _ENDS.sub("\r", text.strip())
    if "\r" not in split:
        split = _split_again(split, tuple(names))
    header = split.partition("\r")[0]
    if not header.startswith("MSH"):
        raise Malformed("the answer is no HL7 message")
    codec = Message.parse(header.encode("ascii", "replace")).codec
    try:
        raw = split.encode(codec)
    except UnicodeEncodeError:
        raw = split.encode("utf-8")
    message = Message.parse(raw)
    return Hl7Node(message, tuple(message.segments()))


def _split_again(text: str, names: Sequence[str]) -> str:
    separator = re.escape(text[3:4])
    openers = "|".join(map(re.escape, names))
    return re.sub(rf"(?!^)(?=(?:{openers}){separator})", "\r", text) if openers else text
