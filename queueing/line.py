"""A line of one day: what its events add up to, and who in it may be called where.

The events are the truth and are only ever added; `fold` makes the line of them (`queueing.decide` makes events).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from queueing.commands import UNDOABLE, Act, Event, Refusal, Refused
from queueing.ordering import Policy
from queueing.ticket import Ticket, TicketState


class DeskState(StrEnum):
    """A paused desk comes back and keeps those who are bound to it; those of a closed one go to any other."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where tickets are called to; `elsewhere` counts those of other lines that take it up."""

    desk_id: str
    state: DeskState = DeskState.OPEN
    capacity: int = 1
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class LastAct:
    """What a desk can take back: the ticket before, and its version afterwards."""

    before: Ticket
    version: int


@dataclass(frozen=True)
class Line:
    """What stands at one moment; `seq` is the last event's, `issued` the last ticket's sequence.

    It may also be a part of a line, as long as that holds what a decision looks at: the ticket in question, those
    at its desk, the subject's other tickets, and the first of those who may be called there.
    """

    line_id: str
    day: date
    prefix: str = ""
    desks: Mapping[str, Desk] = field(default_factory=dict)
    tickets: Mapping[str, Ticket] = field(default_factory=dict)
    answers: Mapping[str, Event] = field(default_factory=dict)
    last_acts: Mapping[str, LastAct] = field(default_factory=dict)
    seq: int = 0
    issued: int = 0

    def ticket(self, ticket_id: str) -> Ticket:
        """One ticket; Refused when there is none."""
        try:
            return self.tickets[ticket_id]
        except KeyError:
            raise Refused(Refusal.UNKNOWN_TICKET) from None

    def live_ticket_of(self, subject: str) -> Ticket | None:
        """The one ticket that a subject can have in a line and day, or None."""
        return next((one for one in self.tickets.values() if one.subject == subject and one.is_live), None)

    def is_full(self, desk: Desk) -> bool:
        """Whether the desk holds as many tickets as it can."""
        here = sum(one.is_at_desk and one.desk_id == desk.desk_id for one in self.tickets.values())
        return here + desk.elsewhere >= desk.capacity

    def may_be_called(self, ticket: Ticket, desk_id: str) -> bool:
        """Whether the ticket waits and that desk may call it."""
        return ticket.state is TicketState.WAITING and self._bound_to(ticket) in {"", desk_id}

    def waiting(self, policy: Policy, desk_id: str | None = None) -> tuple[Ticket, ...]:
        """Who waits, in the order of calling; with a desk only those whom it may call."""
        waiting = (one for one in self.tickets.values() if one.state is TicketState.WAITING)
        return policy.arrange(one for one in waiting if desk_id is None or self.may_be_called(one, desk_id))

    def ahead_of(self, ticket: Ticket, policy: Policy) -> int:
        """How many go before a waiting ticket and may be called where it may be called."""
        key, mine = policy.sort_key(ticket), self._bound_to(ticket)
        return sum(
            not mine or self._bound_to(other) in {"", mine}
            for other in self.tickets.values()
            if other.state is TicketState.WAITING and policy.sort_key(other) < key
        )

    def after(self, event: Event) -> Line:
        """The line once the event happened."""
        return fold(self, [event])

    def _bound_to(self, ticket: Ticket) -> str:
        """The desk that a ticket has to wait for; a closed one binds nobody."""
        desk = self.desks.get(ticket.bound_to)
        return "" if desk is None or desk.state is DeskState.CLOSED else desk.desk_id


def fold(line: Line, events: Iterable[Event]) -> Line:
    """The line after those events; ValueError where one is missing or comes twice."""
    tickets, answers, last_acts = dict(line.tickets), dict(line.answers), dict(line.last_acts)
    seq, issued = line.seq, line.issued
    for event in events:
        if event.seq != seq + 1:
            raise ValueError(f"event {event.seq} does not follow {seq}")
        seq = event.seq
        answers[event.command_id] = event
        _absorb(tickets, last_acts, event)
        issued = max(issued, event.ticket.sequence if event.ticket is not None else 0)
    return replace(line, tickets=tickets, answers=answers, last_acts=last_acts, seq=seq, issued=issued)


def acts_of(events: Iterable[Event]) -> Mapping[str, LastAct]:
    """What each desk last did by those events, which may be those of one ticket alone."""
    tickets: dict[str, Ticket] = {}
    last_acts: dict[str, LastAct] = {}
    for event in events:
        _absorb(tickets, last_acts, event)
    return last_acts


def _absorb(tickets: dict[str, Ticket], last_acts: dict[str, LastAct], event: Event) -> None:
    if event.ticket is not None:
        _remember_act(last_acts, event, tickets.get(event.ticket.ticket_id))
        tickets[event.ticket.ticket_id] = event.ticket


def _remember_act(last_acts: dict[str, LastAct], event: Event, before: Ticket | None) -> None:
    """A desk takes back one act; once it did, the ticket's version is another and it cannot again."""
    if before is None or event.ticket is None:
        return
    if event.act in UNDOABLE:
        last_acts[event.desk_id] = LastAct(before, event.ticket.version)
    elif event.act is Act.RECALL:
        # To call out again changes nothing that a desk would take back: the act before it stays the last.
        last = last_acts.get(before.desk_id)
        if last is not None and (last.before.ticket_id, last.version) == (before.ticket_id, before.version):
            last_acts[before.desk_id] = replace(last, version=event.ticket.version)
