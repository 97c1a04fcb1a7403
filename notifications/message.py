"""What may be said, and how a channel carries it.

A template declares its parameters by name and kind, and a message holds those and nothing else: there is no free text
in which anything private could travel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

_LABEL_LENGTH = 40

Value = str | int | datetime


class Kind(StrEnum):
    """What a parameter may be: LABEL is one line of at most 40 characters, MONEY is integer fen, INSTANT is aware."""

    LABEL = "label"
    COUNT = "count"
    MONEY = "money"
    INSTANT = "instant"

    def admits(self, value: Value) -> bool:
        """Whether the value is of this kind."""
        match self:
            case Kind.LABEL:
                return isinstance(value, str) and value.isprintable() and 0 < len(value) <= _LABEL_LENGTH
            case Kind.COUNT | Kind.MONEY:
                return type(value) is int and value >= 0
            case Kind.INSTANT:
                return isinstance(value, datetime) and value.tzinfo is not None


@dataclass(frozen=True, slots=True)
class Template:
    """The key of a text in the recipients' languages, and the parameters that the text needs."""

    key: str
    parameters: Mapping[str, Kind] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))


class ParametersRefused(ValueError):
    """A message's parameters are not those of its template; names the parameters, never a value."""

    def __init__(self, template_key: str, names: frozenset[str]) -> None:
        super().__init__(f"template {template_key} refuses: {', '.join(sorted(names))}")
        self.template_key = template_key
        self.names = names


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell one recipient: `recipient` is an opaque reference that the channel's owner resolves.

    ParametersRefused when a parameter is undeclared, missing or not of its declared kind.
    """

    template: Template
    recipient: str = field(repr=False)
    parameters: Mapping[str, Value] = field(default_factory=dict, repr=False, hash=False)

    def __post_init__(self) -> None:
        refused = _refused(self.template.parameters, self.parameters)
        if refused:
            raise ParametersRefused(self.template.key, refused)
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))


def _refused(declared: Mapping[str, Kind], given: Mapping[str, Value]) -> frozenset[str]:
    unmatched = declared.keys() ^ given.keys()
    misfits = {name for name in declared.keys() & given.keys() if not declared[name].admits(given[name])}
    return frozenset(unmatched | misfits)


class Outcome(StrEnum):
    """What a channel says of one attempt: DELIVERED is to the channel, not that anybody has read it.

    After REFUSED another channel may be tried; after UNKNOWN only the same channel under the same key; NOT_DONE left
    the world unchanged.
    """

    DELIVERED = "delivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_DONE = "not_done"


class Channel(Protocol):
    """A way to reach recipients; it answers with an Outcome and never by raising."""

    @property
    def name(self) -> str:
        """The channel's name in configuration and logs."""

    def send(self, message: Message, *, key: str) -> Outcome:
        """Hand the message over; `key` stays the same across attempts, so that the channel can drop a repeat."""
