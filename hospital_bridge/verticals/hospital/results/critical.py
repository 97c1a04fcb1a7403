"""A critical value (危急值) from its raising to a clinician's word: delivered is not acknowledged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.results.matching import folded_name

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.news import Observation


class State(StrEnum):
    """Where a critical value stands; RAISED and DELIVERED wait for a clinician."""

    RAISED = "raised"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"


ENOUGH_WORDS = 20
"""How many characters of a long finding are read back: nobody types a page."""

OPEN = frozenset({State.RAISED, State.DELIVERED})


class Event(StrEnum):
    """What can happen to a critical value."""

    DELIVER = "deliver"
    ACKNOWLEDGE = "acknowledge"
    TAKE_BACK = "take_back"
    RAISE_AGAIN = "raise_again"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.RAISED, Event.DELIVER): State.DELIVERED,
    (State.RAISED, Event.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.DELIVERED, Event.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.RAISED, Event.TAKE_BACK): State.ENDED,
    (State.DELIVERED, Event.TAKE_BACK): State.ENDED,
    (State.ACKNOWLEDGED, Event.TAKE_BACK): State.ENDED,
    # A later correction says the same value once more: whoever read that it was taken back must hear of it.
    (State.ENDED, Event.RAISE_AGAIN): State.RAISED,
}


class IllegalTransition(Exception):
    """The critical value is not in a state in which this can happen."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"a critical value that is {state} cannot take {event}")
        self.state = state
        self.event = event


class Action(StrEnum):
    """What the clinician does about it; one must be chosen."""

    TREAT = "treat"
    CALL_IN = "call_in"
    REPEAT = "repeat"
    WATCH = "watch"


class EndReason(StrEnum):
    """Why a critical value ended without a clinician's word, or after it."""

    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered_in_error"
    OTHER_PATIENT = "other_patient"


@dataclass(frozen=True, slots=True)
class CriticalValue:
    """One critical value of a report; `level` counts how often it was passed on to the next in line."""

    critical_id: str
    report_id: str
    version_id: str
    subject_id: str
    value_index: str
    observation: Observation
    state: State
    raised_at: datetime
    level: int = 0
    delivered_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    action: str = ""
    ended_at: datetime | None = None
    end_reason: str = ""
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it waits for a clinician."""
        return self.state in OPEN

    def after(self, event: Event, **changes: object) -> CriticalValue:
        """The critical value once `event` happened; IllegalTransition when it cannot."""
        try:
            state = TRANSITIONS[self.state, event]
        except KeyError:
            raise IllegalTransition(self.state, event) from None
        return replace(self, state=state, **changes)  # type: ignore[arg-type]  # the store checks what it writes


def is_read_back(typed: str, reported: Observation) -> bool:
    """Whether what was typed is the reported value (复述): the same number, or else the same words.

    Of a finding in words its first 20 characters are enough; of an item that came without a value, its name.
    """
    given, wanted = folded_name(typed), folded_name(reported.value or reported.name)
    try:
        return Decimal(given) == Decimal(wanted)
    except InvalidOperation:
        is_enough = len(" ".join(typed.split())) >= ENOUGH_WORDS
        return given == wanted or (is_enough and wanted.startswith(given))
