"""HL7's null (v2.5.1 section 2.5.3): two quotes say "deleted" and are no text that anybody is ever shown."""

from __future__ import annotations

from adapters.hl7.segment import Segment

NULL = '""'


def told(text: str) -> str:
    """A value as it is meant: stripped, and '' where the sender says that there is none (any more)."""
    stripped = text.strip()
    return "" if stripped == NULL else stripped


def is_deleted(segment: Segment, place: str) -> bool:
    """Whether the sender says that nothing stands there any more, which an empty field does not say."""
    return segment[place].strip() == NULL
