"""How every state machine of money moves: a table, and nothing that is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


class IllegalTransition(Exception):
    """The table has no such pair: the event cannot happen in that state."""


def follow(table: Mapping[tuple[State, Event], State], state: State, event: Event) -> State:
    """The state after the event; IllegalTransition when the pair is absent."""
    try:
        return table[state, event]
    except KeyError:
        raise IllegalTransition(f"{type(state).__name__} {state} knows no {event}") from None
