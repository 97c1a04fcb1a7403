"""A message on its way out: everything but the header's addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.hl7.build import SegmentText


@dataclass(frozen=True, slots=True)
class Envelope:
    """What makes one message this one: MSH-10, which also tags a query, and its aware instant."""

    control_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A type with its structure such as `SRM^S01^SRM_S01`, and the segments after MSH."""

    message_type: str
    segments: tuple[SegmentText, ...]


def draft(message_type: str, *segments: SegmentText) -> Draft:
    """A draft of these segments."""
    return Draft(message_type, segments)
