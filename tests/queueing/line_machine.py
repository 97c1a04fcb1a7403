"""Random visits to one line, the naive model beside it: how commands are sent is the subclass's affair."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from queueing.board import board
from queueing.commands import Act, Command, Event, Refused
from queueing.line import Line, fold
from queueing.ordering import Policy, Rank
from queueing.ticket import TERMINAL, IllegalTransition, Ticket, TicketState
from tests.queueing.naive_line import CREDIT, MOVES, PASSES, TIER, NaiveLine, No, same, told, told_entry

MORNING = datetime.fromisoformat("2026-11-23T00:30:00+00:00")
POLICY = Policy(
    {label: Rank(tier, timedelta(minutes=CREDIT[label])) for label, tier in TIER.items()}, return_rank="back"
)
DESKS = ("room-1", "room-2")
ranks = st.sampled_from(sorted(TIER))
desks = st.sampled_from([*DESKS * 3, "nowhere"])
subjects = st.integers(1, 6).map(lambda number: f"subject-{number}")
ON_TICKETS = sorted({*MOVES, Act.CANCEL, Act.EXPIRE, Act.TRANSFER})


class LineMachine(RuleBasedStateMachine):
    """Subclasses give `send` (the event that answers a command), `events` (the log) and `tickets` (the rows)."""

    def __init__(self) -> None:
        super().__init__()
        self.model = NaiveLine(set(DESKS))
        self.now = MORNING
        self.count = 0
        self.sent: list[tuple[Command, Event]] = []
        self.ahead: dict[str, int] = {}

    def send(self, command: Command) -> Event:
        raise NotImplementedError

    def events(self) -> list[Event]:
        raise NotImplementedError

    def tickets(self) -> dict[str, Ticket]:
        raise NotImplementedError

    def blank(self) -> Line:
        raise NotImplementedError

    def advance(self, by: timedelta) -> None:
        self.now += by

    # --- what people do -------------------------------------------------------

    @rule(minutes=st.integers(0, 25))
    def time_passes(self, minutes: int) -> None:
        self.advance(timedelta(minutes=minutes))

    @rule(
        subject=subjects,
        rank=ranks,
        arrived=st.sampled_from([True, True, False]),
        appointed=st.none() | st.integers(-30, 30),
    )
    def somebody_takes_a_number(self, subject: str, rank: str, arrived: bool, appointed: int | None) -> None:  # noqa: FBT001
        at = None if appointed is None else self.now + timedelta(minutes=appointed)
        self.ask(Act.ISSUE, subject=subject, rank=rank, arrived=arrived, appointed_at=at, ticket_id=f"t{self.count}")

    @rule(desk=desks)
    def a_desk_calls_the_next(self, desk: str) -> None:
        self.ask(Act.CALL_NEXT, desk_id=desk)

    @precondition(lambda self: self.model.entries)
    @rule(data=st.data(), act=st.sampled_from(ON_TICKETS), rank=ranks, desk=desks, reason=st.sampled_from(["", "kind"]))
    def something_befalls_a_ticket(self, data: st.DataObject, act: Act, rank: str, desk: str, reason: str) -> None:
        ticket_id = data.draw(st.sampled_from([one["id"] for one in self.model.entries]))
        desk_id = desk if act is Act.CALL else ""
        self.ask(act, ticket_id=ticket_id, rank=rank, desk_id=desk_id, reason=reason)

    @precondition(
        lambda self: any(one["state"] in {"called", "serving", "away", "passed"} for one in self.model.entries)
    )
    @rule(data=st.data())
    def a_visit_goes_on(self, data: st.DataObject) -> None:
        """What usually comes next, or random acts would seldom get this far."""
        usual = {
            "called": (Act.START, Act.PASS_OVER, Act.RECALL),
            "serving": (Act.FINISH, Act.SEND_AWAY),
            "away": (Act.RETURN_VISIT,),
            "passed": (Act.REJOIN,),
        }
        under_way = [one for one in self.model.entries if one["state"] in usual]
        entry = data.draw(st.sampled_from(under_way))
        self.ask(data.draw(st.sampled_from(usual[entry["state"]])), ticket_id=entry["id"])

    @rule(desk=desks)
    def a_desk_takes_its_last_act_back(self, desk: str) -> None:
        self.ask(Act.UNDO, desk_id=desk)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def a_command_comes_twice(self, data: st.DataObject) -> None:
        command, answer = data.draw(st.sampled_from(self.sent))
        before = len(self.events())
        assert self.send(command) == answer
        assert len(self.events()) == before

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def an_id_is_used_for_another_command(self, data: st.DataObject) -> None:
        command, _ = data.draw(st.sampled_from(self.sent))
        other = replace(command, act=Act.HOLD if command.act is not Act.HOLD else Act.CANCEL)
        with pytest.raises(Refused) as refused:
            self.send(other)
        assert refused.value.refusal == "other_command"

    def ask(self, act: Act, **details: object) -> None:
        self.count += 1
        command = Command(act, f"command-{self.count}", "nurse-1", **details)  # type: ignore[arg-type]
        before = len(self.events())
        try:
            event = self.send(command)
        except (Refused, IllegalTransition):
            self.refuse_in_the_model(command)
            assert len(self.events()) == before
            return
        assert same(event, self.model.expect(command, self.now))
        assert len(self.events()) == before + 1
        self.sent.append((command, event))

    def refuse_in_the_model(self, command: Command) -> None:
        try:
            self.model.expect(command, self.now)
        except No:
            return
        raise AssertionError(f"{command} was refused without need")

    # --- what must hold (reference/queue.md section 2) ------------------------

    @invariant()
    def rows_are_what_the_events_say(self) -> None:
        """1, 4, 10: every ticket in exactly one state, and the log alone gives the rows."""
        rows = self.tickets()
        assert fold(self.blank(), self.events()).tickets == rows
        assert [told(one) for one in sorted(rows.values(), key=lambda one: one.sequence)] == [
            told_entry(one) for one in self.model.entries
        ]
        assert sum(Counter(one.state for one in rows.values()).values()) == len(self.model.entries)

    @invariant()
    def an_end_is_an_end(self) -> None:
        """4: nothing but an undo leads out of a terminal state."""
        ended: set[str] = set()
        for event in self.events():
            if event.ticket is None:
                continue
            assert event.act is Act.UNDO or event.ticket.ticket_id not in ended
            (ended.add if event.ticket.state in TERMINAL else ended.discard)(event.ticket.ticket_id)

    @invariant()
    def a_desk_holds_one_and_a_subject_has_one_place(self) -> None:
        """2 and the one live ticket of invariant 1."""
        rows = self.tickets().values()
        assert max(Counter(one.desk_id for one in rows if one.is_at_desk).values(), default=0) <= 1
        assert max(Counter(one.subject for one in rows if one.is_live).values(), default=0) <= 1

    @invariant()
    def overtaking_is_bounded(self) -> None:
        """6: within a tier nobody goes first by more than the difference of credits."""
        for first, second in combinations(self.waiting(), 2):
            if TIER[first.rank] == TIER[second.rank]:
                assert first.anchor - second.anchor <= first.credit - second.credit

    @invariant()
    def numbers_are_unique_and_passes_have_a_limit(self) -> None:
        """11 and 14."""
        rows = self.tickets().values()
        assert len({one.display_number for one in rows}) == len(rows)
        assert all(one.passes <= PASSES for one in rows)

    @invariant()
    def only_who_has_come_is_called(self) -> None:
        """9."""
        waiting: set[str] = set()
        for event in self.events():
            if event.act in {Act.CALL_NEXT, Act.CALL} and event.ticket is not None:
                assert event.ticket.ticket_id in waiting
            if event.ticket is not None:
                waits = event.ticket.state is TicketState.WAITING
                (waiting.add if waits else waiting.discard)(event.ticket.ticket_id)

    @invariant()
    def nobody_slips_back_without_a_cause(self) -> None:
        """5: how many are ahead rises only by an event that gave somebody else a place."""
        order = self.waiting()
        ahead = {one.ticket_id: place for place, one in enumerate(order)}
        newest = self.events()[-1:]
        for ticket_id, place in ahead.items():
            if place > self.ahead.get(ticket_id, place):
                assert newest[0].act in CAUSES
        self.ahead = ahead

    @invariant()
    def a_board_shows_nothing_of_a_person(self) -> None:
        """13."""
        rows = self.tickets()
        for row in board(rows.values(), {}, lambda ticket: f"王小{ticket.subject}明"):
            shown = (row.display_number, row.label, row.desk)
            assert not any(one.subject in str(word) or "小" in str(word) for one in rows.values() for word in shown)

    def waiting(self) -> list[Ticket]:
        return list(replace(self.blank(), tickets=self.tickets()).waiting(POLICY))


CAUSES = frozenset({Act.ISSUE, Act.CHECK_IN, Act.REJOIN, Act.RESUME, Act.RETURN_VISIT, Act.RECLASSIFY, Act.UNDO})
