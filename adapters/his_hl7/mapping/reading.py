"""Values out of an answer; what cannot be read is Malformed with the field named and never quoted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapters import texts
from adapters.errors import Malformed
from adapters.hl7.message import Message
from adapters.hl7.null import told
from adapters.hl7.segment import Segment

Group = Mapping[str, Segment]
"""The first segment of each name in one group of an answer."""


def groups(answer: Message, first: str) -> Iterator[Group]:
    """The answer's groups, each begun by a segment of that name."""
    current: dict[str, Segment] | None = None
    for segment in answer.segments():
        if segment.name == first:
            if current is not None:
                yield current
            current = {}
        if current is not None:
            current.setdefault(segment.name, segment)
    if current is not None:
        yield current


def hits(answer: Message) -> bool:
    """Whether a query found anything: QAK-2 says OK or NF (HL7 table 0208), nothing else is firm."""
    status = answer["QAK-2"]
    if status not in ("OK", "NF"):
        raise Malformed("QAK-2 is neither OK nor NF")
    return status == "OK"


def value(group: Group, address: str) -> str:
    """The value at an address such as `STF-3.1`, as it is meant; '' where there is none."""
    name, _, place = address.partition("-")
    segment = group.get(name)
    return "" if segment is None else told(segment[place])


def required(group: Group, address: str) -> str:
    """The value at that address; Malformed where it is empty."""
    found = value(group, address)
    if not found:
        raise Malformed(f"{address} is missing")
    return found


def whole_number(group: Group, address: str) -> int:
    """A whole number, written with or without a zero fraction."""
    return texts.whole_number(required(group, address), address)
