"""What is asked of a line and what then happened: commands, events and refusals, each plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from queueing.ticket import Ticket, TicketEvent


class Act(StrEnum):
    """What can be asked of a line."""

    ISSUE = "issue"
    CHECK_IN = "check_in"
    CALL_NEXT = "call_next"
    CALL = "call"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    SEND_AWAY = "send_away"
    RETURN_VISIT = "return_visit"
    PASS_OVER = "pass_over"  # noqa: S105 - passed over, not a password
    REJOIN = "rejoin"
    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"
    RECLASSIFY = "reclassify"
    CANCEL = "cancel"
    MISS = "miss"
    EXPIRE = "expire"
    UNDO = "undo"


STEPS: Mapping[Act, TicketEvent] = {
    Act.CHECK_IN: TicketEvent.CHECK_IN,
    Act.CALL_NEXT: TicketEvent.CALL,
    Act.CALL: TicketEvent.CALL,
    Act.RECALL: TicketEvent.RECALL,
    Act.START: TicketEvent.START,
    Act.FINISH: TicketEvent.FINISH,
    Act.SEND_AWAY: TicketEvent.SEND_AWAY,
    Act.RETURN_VISIT: TicketEvent.RETURN,
    Act.PASS_OVER: TicketEvent.PASS,
    Act.REJOIN: TicketEvent.REJOIN,
    Act.HOLD: TicketEvent.HOLD,
    Act.RESUME: TicketEvent.RESUME,
    Act.TRANSFER: TicketEvent.TRANSFER,
    Act.RECLASSIFY: TicketEvent.RECLASSIFY,
    Act.CANCEL: TicketEvent.CANCEL,
    Act.MISS: TicketEvent.MISS,
    Act.EXPIRE: TicketEvent.EXPIRE,
}
"""What each act does to the ticket it is about; a pass beyond the limit is a miss instead."""

UNDOABLE = frozenset({Act.CALL_NEXT, Act.CALL, Act.START, Act.FINISH, Act.SEND_AWAY, Act.PASS_OVER})
"""The acts of a desk that it can take back."""

NEEDS_REASON = frozenset({Act.CALL, Act.RECLASSIFY})
"""The acts that change somebody's place by a person's choice."""

_CHOSEN_BY_LINE = frozenset({Act.ISSUE, Act.CALL_NEXT, Act.UNDO})
_WORD = re.compile(r"[A-Za-z0-9_.:-]{0,64}")


@dataclass(frozen=True, slots=True)
class Command:
    """One thing asked of a line; the same `command_id` again has the same answer and changes nothing.

    `actor` is an opaque reference; `reason` is a word of a list, never free text, for it is kept for ever.
    `ticket_id` names the ticket, or for `issue` the id that the new one will have. `desk_id` is the desk that acts.
    `line_id` is the line to be issued in or transferred to. `subject`, `rank`, `visit`, `appointed_at` and `arrived`
    are of `issue`; `rank` is of `reclassify` too, and of `transfer` where the other line is to see another one.
    ValueError for an issue to nobody, and for an id or a reason of other than 64 letters, digits and `_.:-`;
    a transfer's id has at most 61.
    """

    act: Act
    command_id: str
    actor: str
    reason: str = ""
    ticket_id: str = ""
    desk_id: str = ""
    line_id: str = ""
    subject: str = field(default="", repr=False)
    rank: str = ""
    visit: str = ""
    appointed_at: datetime | None = None
    arrived: bool = False

    def __post_init__(self) -> None:
        if not self.command_id:
            raise ValueError("a command needs an id")
        if self.act is Act.ISSUE and not self.subject:
            raise ValueError("a ticket is issued to somebody")
        if not _WORD.fullmatch(self.command_id) or not _WORD.fullmatch(self.reason):
            raise ValueError("a command's id and reason are words of at most 64 letters, digits and _.:-")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, never changed again: `ticket` as it stood afterwards, None where nobody waited to be called.

    `seq` counts a line's events without a gap; `desk_id` is the desk that acted, if one did.
    """

    seq: int
    at: datetime
    act: Act
    command_id: str
    actor: str
    reason: str = ""
    desk_id: str = ""
    ticket: Ticket | None = None

    def answers(self, command: Command) -> bool:
        """Whether the command asked for this; another one under the same id did not."""
        if command.act is not self.act or (command.desk_id and command.desk_id != self.desk_id):
            return False
        if command.act in _CHOSEN_BY_LINE:
            return not command.subject or (self.ticket is not None and self.ticket.subject == command.subject)
        return self.ticket is not None and self.ticket.ticket_id == command.ticket_id


class Refusal(StrEnum):
    """Why a line does not do what it is asked."""

    UNKNOWN_TICKET = "unknown_ticket"
    UNKNOWN_DESK = "unknown_desk"
    NO_LINE = "no_line"
    DESK_NOT_OPEN = "desk_not_open"
    DESK_TAKEN = "desk_taken"
    OTHER_DESK = "other_desk"
    ALREADY_IN_LINE = "already_in_line"
    REASON_NEEDED = "reason_needed"
    NOTHING_TO_UNDO = "nothing_to_undo"
    OTHER_COMMAND = "other_command"


class Refused(Exception):
    """The line refuses and nothing changed; `ticket_id` is the one in the way, where there is one.

    A refusal is not remembered: the same command may be sent again once its cause is gone.
    """

    def __init__(self, refusal: Refusal, ticket_id: str = "") -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.ticket_id = ticket_id
