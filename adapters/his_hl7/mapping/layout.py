"""A message in parts: its patients, each with what is told of them, begun by whatever opens one (FT1, ORC, OBR)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.his_hl7.mapping.scope import Scope
from adapters.hl7.message import Message
from adapters.hl7.segment import Segment


@dataclass(frozen=True, slots=True)
class PatientPart:
    """What a message tells of one patient: `segments` from its PID on, and the message's `head` before any PID."""

    message: Message
    head: Sequence[Segment]
    segments: Sequence[Segment]

    @property
    def is_further(self) -> bool:
        """Whether another PID stands before it."""
        first = next(iter(self.message.segments("PID")), None)
        return first is not None and not any(segment is first for segment in self.segments)

    @property
    def scope(self) -> Scope:
        """All of it as one thing."""
        return Scope(self.message, self.head).inside(self.segments)

    def before(self, *openers: str) -> Scope:
        """What stands before the first of these segments and so belongs to everything they begin."""
        return Scope(self.message, self.head).inside(split(self.segments, *openers)[0])


def patient_parts(message: Message) -> Iterator[PatientPart]:
    """One part for each PID, one for the whole where there is none: nobody's values reach somebody else."""
    head, groups = split(message.segments(), "PID")
    if not groups:
        yield PatientPart(message, (), head)
    for group in groups:
        yield PatientPart(message, head, [*head, *group] if len(groups) == 1 else group)


def split(segments: Sequence[Segment], *openers: str) -> tuple[Sequence[Segment], Sequence[Sequence[Segment]]]:
    """What stands before the first segment of these names, and a group begun by each of them."""
    head: list[Segment] = []
    groups: list[list[Segment]] = []
    for segment in segments:
        if segment.name in openers:
            groups.append([])
        (groups[-1] if groups else head).append(segment)
    return head, groups
