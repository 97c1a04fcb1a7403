"""A ticket's life: one frozen value, its states, and the table of what may happen to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class TicketState(StrEnum):
    """AWAY has been seen and will come back; HELD asked to be left out for a while; PASSED did not answer the call.

    TRANSFERRED goes on as another ticket in another line.
    """

    BOOKED = "booked"
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    AWAY = "away"
    PASSED = "passed"
    HELD = "held"
    DONE = "done"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    EXPIRED = "expired"
    TRANSFERRED = "transferred"


class TicketEvent(StrEnum):
    """What may happen to a ticket; MISS says that its holder never came, EXPIRE that its day ended."""

    CHECK_IN = "check_in"
    CALL = "call"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    SEND_AWAY = "send_away"
    RETURN = "return"
    PASS = "pass"  # noqa: S105 - passed over, not a password
    REJOIN = "rejoin"
    HOLD = "hold"
    RESUME = "resume"
    CANCEL = "cancel"
    MISS = "miss"
    EXPIRE = "expire"
    TRANSFER = "transfer"
    RECLASSIFY = "reclassify"


TERMINAL = frozenset(
    {TicketState.DONE, TicketState.CANCELLED, TicketState.NO_SHOW, TicketState.EXPIRED, TicketState.TRANSFERRED}
)
LIVE = frozenset(TicketState) - TERMINAL

# A no-show may cost its holder the right to book: only those count who did not come, or did not answer a call.
_ABSENT = (TicketState.BOOKED, TicketState.CALLED, TicketState.PASSED)

AT_DESK = frozenset({TicketState.CALLED, TicketState.SERVING})
"""The states in which a ticket takes up its desk."""

TRANSITIONS: Mapping[tuple[TicketState, TicketEvent], TicketState] = {
    (TicketState.BOOKED, TicketEvent.CHECK_IN): TicketState.WAITING,
    (TicketState.WAITING, TicketEvent.CALL): TicketState.CALLED,
    (TicketState.WAITING, TicketEvent.HOLD): TicketState.HELD,
    (TicketState.HELD, TicketEvent.RESUME): TicketState.WAITING,
    (TicketState.CALLED, TicketEvent.RECALL): TicketState.CALLED,
    (TicketState.CALLED, TicketEvent.START): TicketState.SERVING,
    (TicketState.CALLED, TicketEvent.PASS): TicketState.PASSED,
    (TicketState.PASSED, TicketEvent.REJOIN): TicketState.WAITING,
    (TicketState.SERVING, TicketEvent.SEND_AWAY): TicketState.AWAY,
    (TicketState.SERVING, TicketEvent.FINISH): TicketState.DONE,
    (TicketState.AWAY, TicketEvent.RETURN): TicketState.WAITING,
    **{(state, TicketEvent.MISS): TicketState.NO_SHOW for state in _ABSENT},
    **{(state, TicketEvent.CANCEL): TicketState.CANCELLED for state in TicketState if state in LIVE},
    **{(state, TicketEvent.EXPIRE): TicketState.EXPIRED for state in TicketState if state in LIVE},
    **{(state, TicketEvent.TRANSFER): TicketState.TRANSFERRED for state in TicketState if state in LIVE},
    **{(state, TicketEvent.RECLASSIFY): state for state in TicketState if state in LIVE - AT_DESK},
}


class IllegalTransition(Exception):
    """The event cannot happen to a ticket in that state; both are named, the ticket is not."""

    def __init__(self, state: TicketState, event: TicketEvent) -> None:
        super().__init__(f"a ticket that is {state} knows no {event}")
        self.state = state
        self.event = event


def follow(state: TicketState, event: TicketEvent) -> TicketState:
    """The state after the event; IllegalTransition when TRANSITIONS has no such pair."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(state, event) from None


@dataclass(frozen=True, slots=True)
class Ticket:
    """One place in one line: `subject` is an opaque reference, `rank` a label that the line's policy explains.

    `anchor` is the aware instant from which waiting counts, kept in UTC; `credit` is a head start that is never
    negative. `sequence` numbers the tickets of a line in the order of issue; `display_number` is what a board shows.
    `visit` is an opaque reference that goes along from line to line. `since` is when it came into its state, and
    `called_at` when it was last called. `desk_id` is the desk that holds it or held it last; a ticket that is
    `bound_to` a desk is called by that desk alone. `passes` counts the calls that it let pass.
    ValueError for a naive anchor or a negative credit.
    """

    ticket_id: str
    line_id: str
    subject: str = field(repr=False)
    rank: str
    anchor: datetime
    sequence: int
    display_number: str
    credit: timedelta = timedelta(0)
    state: TicketState = TicketState.WAITING
    version: int = 1
    visit: str = ""
    appointed_at: datetime | None = None
    since: datetime | None = None
    called_at: datetime | None = None
    desk_id: str = ""
    bound_to: str = ""
    passes: int = 0

    def __post_init__(self) -> None:
        if self.anchor.tzinfo is None:
            raise ValueError("a ticket's anchor needs a zone")
        if self.credit < timedelta(0):
            raise ValueError("a ticket's credit is never negative")
        # Within one zone Python compares wall clocks, which repeat an hour each autumn: UTC has no such hour.
        object.__setattr__(self, "anchor", self.anchor.astimezone(UTC))

    @property
    def is_live(self) -> bool:
        """Whether anything can still happen to it."""
        return self.state in LIVE

    @property
    def is_at_desk(self) -> bool:
        """Whether it takes up a desk: called, or being served."""
        return self.state in AT_DESK

    def after(self, event: TicketEvent) -> Ticket:
        """The ticket once `event` happened, its place unchanged; IllegalTransition when it cannot."""
        return replace(self, state=follow(self.state, event))
