from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import settings

from queueing.board import masked
from queueing.commands import Act, Command, Event, Refusal, Refused
from queueing.decide import decide
from queueing.line import Desk, DeskState, Line, fold
from queueing.ticket import Ticket, TicketState
from tests.queueing.line_machine import DESKS, MORNING, POLICY, LineMachine

DAY = date(2026, 11, 23)
EMPTY = Line("line", DAY, "A", {desk_id: Desk(desk_id) for desk_id in DESKS})


class PureLine(LineMachine):
    """The library alone, its line kept in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.line = EMPTY
        self.log: list[Event] = []

    def send(self, command: Command) -> Event:
        made = decide(self.line, command, POLICY, self.now)
        self.log += made
        self.line = fold(self.line, made)
        return self.line.answers[command.command_id]

    def events(self) -> list[Event]:
        return self.log

    def tickets(self) -> dict[str, Ticket]:
        return dict(self.line.tickets)

    def blank(self) -> Line:
        return EMPTY


TestPureLine = PureLine.TestCase
TestPureLine.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)


class Day:
    """One line of which a test tells a short story."""

    def __init__(self, line: Line = EMPTY) -> None:
        self.line = line
        self.now = MORNING
        self.policy = POLICY

    def do(self, act: Act, **details: object) -> Ticket:
        command = Command(act, f"c{self.line.seq}", "nurse", **details)  # type: ignore[arg-type]
        self.line = fold(self.line, decide(self.line, command, self.policy, self.now))
        ticket = self.line.answers[command.command_id].ticket
        assert ticket is not None
        return ticket

    def arrive(self, subject: str, rank: str = "walk_in") -> str:
        return self.do(Act.ISSUE, ticket_id=subject, subject=subject, rank=rank, arrived=True).ticket_id

    def seen_by(self, desk_id: str) -> Ticket:
        called = self.do(Act.CALL_NEXT, desk_id=desk_id)
        return self.do(Act.START, ticket_id=called.ticket_id)

    def order(self) -> list[str]:
        return [one.ticket_id for one in self.line.waiting(self.policy)]


@pytest.fixture
def day() -> Day:
    return Day()


def test_who_comes_back_has_the_credit_of_it_and_their_own_desk(day: Day) -> None:
    day.arrive("ann")
    day.seen_by("room-2")
    day.do(Act.SEND_AWAY, ticket_id="ann")
    day.arrive("ben")
    day.now += timedelta(minutes=15)
    back = day.do(Act.RETURN_VISIT, ticket_id="ann")
    assert (back.rank, back.credit) == ("back", timedelta(minutes=20))
    assert day.order() == ["ann", "ben"]
    assert day.do(Act.CALL_NEXT, desk_id="room-1").ticket_id == "ben"
    assert day.do(Act.CALL_NEXT, desk_id="room-2").ticket_id == "ann"


def test_a_closed_desk_gives_back_those_who_wait_for_it(day: Day) -> None:
    day.arrive("ann")
    day.seen_by("room-2")
    day.do(Act.SEND_AWAY, ticket_id="ann")
    day.do(Act.RETURN_VISIT, ticket_id="ann")
    paused = replace(day.line, desks={**day.line.desks, "room-2": Desk("room-2", DeskState.PAUSED)})
    assert paused.waiting(POLICY, "room-1") == ()
    closed = replace(day.line, desks={**day.line.desks, "room-2": Desk("room-2", DeskState.CLOSED)})
    assert [one.ticket_id for one in closed.waiting(POLICY, "room-1")] == ["ann"]


def test_rejoining_never_gains_on_the_old_place(day: Day) -> None:
    day.arrive("ann")
    day.do(Act.CALL_NEXT, desk_id="room-1")
    day.do(Act.PASS_OVER, ticket_id="ann")
    before = day.line.tickets["ann"]
    day.now += timedelta(minutes=30)
    after = day.do(Act.REJOIN, ticket_id="ann")
    assert after.anchor - after.credit == day.now - timedelta(minutes=10)
    assert POLICY.sort_key(after) >= POLICY.sort_key(before)


def test_the_third_call_in_vain_is_the_last(day: Day) -> None:
    day.arrive("ann")
    states = []
    for _ in range(3):
        day.do(Act.CALL_NEXT, desk_id="room-1")
        states.append(day.do(Act.PASS_OVER, ticket_id="ann").state)
        if states[-1] is TicketState.PASSED:
            day.do(Act.REJOIN, ticket_id="ann")
    assert states == [TicketState.PASSED, TicketState.PASSED, TicketState.NO_SHOW]


def test_an_emergency_stays_one_when_it_comes_back(day: Day) -> None:
    day.arrive("ann", "emergency")
    day.seen_by("room-1")
    day.do(Act.SEND_AWAY, ticket_id="ann")
    assert day.do(Act.RETURN_VISIT, ticket_id="ann").rank == "emergency"


def test_a_call_is_taken_back_after_it_was_repeated(day: Day) -> None:
    day.arrive("ann")
    day.do(Act.CALL_NEXT, desk_id="room-1")
    day.do(Act.RECALL, ticket_id="ann")
    assert day.do(Act.UNDO, desk_id="room-1").state is TicketState.WAITING
    with pytest.raises(Refused) as refused:
        day.do(Act.UNDO, desk_id="room-1")
    assert refused.value.refusal is Refusal.NOTHING_TO_UNDO


def test_what_happened_since_is_not_undone(day: Day) -> None:
    day.arrive("ann")
    day.do(Act.CALL_NEXT, desk_id="room-1")
    day.do(Act.CANCEL, ticket_id="ann")
    with pytest.raises(Refused) as refused:
        day.do(Act.UNDO, desk_id="room-1")
    assert refused.value.refusal is Refusal.NOTHING_TO_UNDO


def test_another_desk_has_no_say(day: Day) -> None:
    day.arrive("ann")
    day.do(Act.CALL_NEXT, desk_id="room-1")
    with pytest.raises(Refused) as refused:
        day.do(Act.START, ticket_id="ann", desk_id="room-2")
    assert refused.value.refusal is Refusal.OTHER_DESK


def test_a_desk_that_other_lines_take_up_calls_nobody(day: Day) -> None:
    day.arrive("ann")
    day.line = replace(day.line, desks={"room-1": Desk("room-1", elsewhere=1)})
    with pytest.raises(Refused) as refused:
        day.do(Act.CALL_NEXT, desk_id="room-1")
    assert refused.value.refusal is Refusal.DESK_TAKEN


def test_a_desk_for_two_calls_two(day: Day) -> None:
    for subject in ("ann", "ben", "cat"):
        day.arrive(subject)
    day.line = replace(day.line, desks={"room-1": Desk("room-1", capacity=2)})
    assert [day.do(Act.CALL_NEXT, desk_id="room-1").ticket_id for _ in range(2)] == ["ann", "ben"]
    with pytest.raises(Refused):
        day.do(Act.CALL_NEXT, desk_id="room-1")


def test_a_gap_in_the_log_is_seen(day: Day) -> None:
    (event,) = decide(EMPTY, Command(Act.ISSUE, "c", "nurse", subject="ann", rank="walk_in"), POLICY, MORNING)
    with pytest.raises(ValueError, match="does not follow"):
        fold(EMPTY, [replace(event, seq=2)])


@pytest.mark.parametrize("reason", ["Mr. Wang felt ill", "王", "x" * 65])
def test_a_reason_is_a_word_of_a_list(reason: str) -> None:
    with pytest.raises(ValueError, match="words of at most"):
        Command(Act.CALL, "c", "nurse", reason)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小明", "王*明"),
        ("王明", "王*"),
        ("王", "*"),
        ("欧阳小明", "欧阳*明"),
        ("欧阳明", "欧阳*"),
        ("欧阳", "欧*"),
        ("買買提·艾力", "買*力"),
        ("John Smith", "J* S*"),
        ("Maria da Silva Souza", "M* S*"),
        ("Li", "L*"),
        ("김민수", "김*수"),
        ("13800138000", ""),
        ("", ""),
    ],
)
def test_a_name_is_never_shown_whole(name: str, shown: str) -> None:
    assert masked(name) == shown


def test_a_ticket_is_issued_to_somebody() -> None:
    with pytest.raises(ValueError, match="to somebody"):
        Command(Act.ISSUE, "c", "nurse", ticket_id="t", rank="walk_in")
