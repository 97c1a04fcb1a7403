"""What a line does with a command: one event, nothing when it was answered before, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from queueing.commands import NEEDS_REASON, STEPS, UNDOABLE, Act, Command, Event, Refusal, Refused
from queueing.line import Desk, DeskState, Line
from queueing.ordering import Place, Policy
from queueing.ticket import Ticket, TicketEvent, TicketState


def decide(line: Line, command: Command, policy: Policy, now: datetime) -> tuple[Event, ...]:
    """The event that the command makes; none when `line.answers` knows its id, which then holds the answer.

    Refused or IllegalTransition when the line cannot do it, UnknownRank for a label that the policy lacks.
    """
    answered = line.answers.get(command.command_id)
    if answered is not None:
        if not answered.answers(command):
            raise Refused(Refusal.OTHER_COMMAND)
        return ()
    if command.act in NEEDS_REASON and not command.reason:
        raise Refused(Refusal.REASON_NEEDED)
    case = _Case(line, command, policy, now)
    ticket = _DECISIONS.get(command.act, _step)(case)
    return (_event(case, ticket),)


@dataclass(frozen=True, slots=True)
class _Case:
    """A command before its line."""

    line: Line
    command: Command
    policy: Policy
    at: datetime

    @property
    def ticket(self) -> Ticket:
        """The ticket that the command is about; a desk other than its own has no say over it."""
        ticket = self.line.ticket(self.command.ticket_id)
        if ticket.is_at_desk and self.command.desk_id not in {"", ticket.desk_id}:
            raise Refused(Refusal.OTHER_DESK, ticket.ticket_id)
        return ticket

    @property
    def free_desk(self) -> Desk:
        """The desk that calls: open, and with room for one more."""
        desk = self.line.desks.get(self.command.desk_id)
        if desk is None:
            raise Refused(Refusal.UNKNOWN_DESK)
        if desk.state is not DeskState.OPEN:
            raise Refused(Refusal.DESK_NOT_OPEN)
        if self.line.is_full(desk):
            raise Refused(Refusal.DESK_TAKEN)
        return desk

    def moved(self, ticket: Ticket, event: TicketEvent, place: Place | None = None) -> Ticket:
        """The ticket after the event, now, and where it stands from then on."""
        after = ticket.after(event)
        anchor, credit = place or Place(ticket.anchor, ticket.credit)
        since = ticket.since if after.state is ticket.state else self.at
        return replace(after, anchor=anchor, credit=credit, since=since, version=ticket.version + 1)


def _event(case: _Case, ticket: Ticket | None) -> Event:
    command = case.command
    desk_id = command.desk_id
    if not desk_id and ticket is not None and command.act in UNDOABLE:
        desk_id = ticket.desk_id
    return Event(
        seq=case.line.seq + 1,
        at=case.at,
        act=command.act,
        command_id=command.command_id,
        actor=command.actor,
        reason=command.reason,
        desk_id=desk_id,
        ticket=ticket,
    )


def _step(case: _Case) -> Ticket:
    return case.moved(case.ticket, STEPS[case.command.act])


def _issue(case: _Case) -> Ticket:
    command = case.command
    standing = case.line.live_ticket_of(command.subject)
    if standing is not None:
        raise Refused(Refusal.ALREADY_IN_LINE, standing.ticket_id)
    counted_from = case.at if command.arrived else (command.appointed_at or case.at)
    anchor, credit = case.policy.place(command.rank, counted_from, command.appointed_at)
    sequence = case.line.issued + 1
    return Ticket(
        ticket_id=command.ticket_id,
        line_id=case.line.line_id,
        subject=command.subject,
        rank=command.rank,
        anchor=anchor,
        credit=credit,
        sequence=sequence,
        display_number=f"{case.line.prefix}{sequence:03}",
        state=TicketState.WAITING if command.arrived else TicketState.BOOKED,
        visit=command.visit,
        appointed_at=command.appointed_at,
        since=case.at,
    )


def _check_in(case: _Case) -> Ticket:
    ticket = case.ticket
    return case.moved(ticket, TicketEvent.CHECK_IN, case.policy.place(ticket.rank, case.at, ticket.appointed_at))


def _call_next(case: _Case) -> Ticket | None:
    first = next(iter(case.line.waiting(case.policy, case.free_desk.desk_id)), None)
    return None if first is None else _called(case, first)


def _call(case: _Case) -> Ticket:
    return _called(case, case.ticket)


def _called(case: _Case, ticket: Ticket) -> Ticket:
    called = case.moved(ticket, TicketEvent.CALL)
    return replace(called, desk_id=case.free_desk.desk_id, called_at=case.at)


def _pass_over(case: _Case) -> Ticket:
    ticket = case.ticket
    if ticket.passes < case.policy.pass_limit or ticket.state is not TicketState.CALLED:
        return replace(case.moved(ticket, TicketEvent.PASS), passes=ticket.passes + 1)
    return case.moved(ticket, TicketEvent.MISS)


def _rejoin(case: _Case) -> Ticket:
    ticket = case.ticket
    place = case.policy.place_after_pass(Place(ticket.anchor, ticket.credit), case.at)
    return replace(case.moved(ticket, TicketEvent.REJOIN, place), desk_id="")


def _return_visit(case: _Case) -> Ticket:
    ticket, policy = case.ticket, case.policy
    rank = policy.rank_on_return(ticket.rank)
    back = case.moved(ticket, TicketEvent.RETURN, policy.place(rank, case.at))
    return replace(back, rank=rank, desk_id="", bound_to=ticket.desk_id if policy.return_to_desk else "")


def _reclassify(case: _Case) -> Ticket:
    ticket, rank = case.ticket, case.command.rank
    place = Place(ticket.anchor, case.policy.rank(rank).credit)
    return replace(case.moved(ticket, TicketEvent.RECLASSIFY, place), rank=rank)


def _undo(case: _Case) -> Ticket:
    """The ticket as it was before the desk's last act, unless something else has happened to it since."""
    last = case.line.last_acts.get(case.command.desk_id)
    if last is None:
        raise Refused(Refusal.NOTHING_TO_UNDO)
    now_stands = case.line.ticket(last.before.ticket_id)
    if now_stands.version != last.version:
        raise Refused(Refusal.NOTHING_TO_UNDO, now_stands.ticket_id)
    _refuse_taken_place(case, now_stands, last.before)
    return replace(last.before, version=now_stands.version + 1)


def _refuse_taken_place(case: _Case, now_stands: Ticket, before: Ticket) -> None:
    """What was given up by the act may have gone to another meanwhile: the desk, or the subject's one place."""
    if before.is_at_desk and not now_stands.is_at_desk:
        desk = case.line.desks.get(before.desk_id)
        if desk is None or case.line.is_full(desk):
            raise Refused(Refusal.DESK_TAKEN)
    other = case.line.live_ticket_of(before.subject)
    if other is not None and other.ticket_id != before.ticket_id:
        raise Refused(Refusal.ALREADY_IN_LINE, other.ticket_id)


_DECISIONS: Mapping[Act, Callable[[_Case], Ticket | None]] = {
    Act.ISSUE: _issue,
    Act.CHECK_IN: _check_in,
    Act.CALL_NEXT: _call_next,
    Act.CALL: _call,
    Act.PASS_OVER: _pass_over,
    Act.REJOIN: _rejoin,
    Act.RETURN_VISIT: _return_visit,
    Act.RECLASSIFY: _reclassify,
    Act.UNDO: _undo,
}
