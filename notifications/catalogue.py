"""Which template tells which audience of which event: data that each domain declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from notifications.message import Message, Template, Value


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue: `event` and `audience` are the declaring domain's own names."""

    event: str
    audience: str
    template: Template


class UnknownNotice(LookupError):
    """The catalogue has nothing to say to that audience of that event."""


class Catalogue:
    """Event and audience to template; ValueError when two entries claim the same pair."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._templates: dict[tuple[str, str], Template] = {}
        for entry in entries:
            pair = (entry.event, entry.audience)
            if pair in self._templates:
                raise ValueError(f"two templates for {entry.event} to {entry.audience}")
            self._templates[pair] = entry.template

    def template(self, event: str, audience: str) -> Template:
        """The template of the pair; UnknownNotice when nobody declared it."""
        try:
            return self._templates[event, audience]
        except KeyError:
            raise UnknownNotice(f"no template for {event} to {audience}") from None

    def message(self, event: str, audience: str, recipient: str, parameters: Mapping[str, Value]) -> Message:
        """The message that tells `recipient`, one of that audience; UnknownNotice or ParametersRefused."""
        return Message(self.template(event, audience), recipient, parameters)
