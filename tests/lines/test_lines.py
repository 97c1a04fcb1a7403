from __future__ import annotations

from datetime import timedelta

import pytest

from hospital_bridge.facade import Unit
from hospital_bridge.lines.refusals import as_error
from hospital_bridge.slot import LineOpening, VerticalWork
from hospital_bridge.store.unit_of_work import Store
from queueing.board import BoardRow
from queueing.commands import Act, Command, Event, Refusal, Refused
from queueing.estimate import Range, Unknown, UnknownReason
from queueing.line import DeskState
from queueing.ordering import Cause, Policy, Rank
from queueing.service_time import Observed
from queueing.ticket import TicketState
from tests.lines.halls import DAY, Clinic
from tests.steered import FakeClock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clinic(store: Store) -> Clinic:
    clinic = Clinic(store)
    clinic.open("x", desks=("1",))
    return clinic


def seen(clinic: Clinic) -> Observed:
    with clinic.store.read("h1") as work:
        return work.queue_figures.services("x", DAY).line


def command(act: Act, command_id: str, ticket_id: str = "", desk_id: str = "") -> Command:
    return Command(act, command_id, "staff-1", ticket_id=ticket_id, desk_id=desk_id)


def refusal(clinic: Clinic, act: Act, **details: object) -> Refusal:
    with pytest.raises(Refused) as refused:
        clinic.do(act, **details)
    return refused.value.refusal


@pytest.mark.parametrize("reason", Refusal)
def test_every_refusal_can_be_looked_up(reason: Refusal) -> None:
    assert as_error(Refused(reason)).code.startswith("HB-Q")


# --- lines and desks ----------------------------------------------------------


def test_a_ticket_needs_an_open_line(clinic: Clinic) -> None:
    assert (
        refusal(clinic, Act.ISSUE, ticket_id="t", subject="ann", line_id="unheard", rank="walk_in") is Refusal.NO_LINE
    )


def test_a_line_keeps_the_policy_it_was_opened_under(clinic: Clinic) -> None:
    clinic.arrive("ann")
    rules = clinic.context.rules
    object.__setattr__(rules, "policies", lambda settings: {"usual": Policy({"walk_in": Rank(9)})})
    with clinic.lines() as lines:
        lines.open(LineOpening("x", DAY, "Another title", "Z", "usual"))
    clinic.arrive("ben", rank="emergency")
    with clinic.lines() as lines:
        assert [row.ticket.ticket_id for row in lines.waiting("x")] == ["t-ben", "t-ann"]


def test_a_new_desk_is_closed_and_calls_nobody_until_it_opens(clinic: Clinic) -> None:
    clinic.arrive("ann")
    with clinic.lines() as lines:
        lines.put_desk("2", "Room 2", ["x"])
    assert refusal(clinic, Act.CALL_NEXT, desk_id="2") is Refusal.DESK_NOT_OPEN
    with clinic.lines() as lines:
        lines.set_desk("2", DeskState.OPEN, "staff-1")
    assert clinic.do(Act.CALL_NEXT, desk_id="2").ticket_id == "t-ann"
    with clinic.lines() as lines:
        assert [one.ticket_id for one in lines.desk("2").tickets] == ["t-ann"]


def test_a_desk_of_two_lines_calls_whose_turn_it_is_in_either(clinic: Clinic, clock: FakeClock) -> None:
    clinic.open("x", "y")
    clinic.open("x", "y", desks=("both",))
    for number, (subject, line_id) in enumerate([("ann", "y"), ("ben", "x"), ("cat", "y")]):
        clock.advance(number * MINUTE)
        clinic.arrive(subject, line_id)
    called = []
    for _ in range(3):
        called.append(clinic.do(Act.CALL_NEXT, desk_id="both").subject)
        clinic.do(Act.START, ticket_id=f"t-{called[-1]}")
        clinic.do(Act.FINISH, ticket_id=f"t-{called[-1]}")
    assert called == ["ann", "ben", "cat"]
    assert clinic.do(Act.UNDO, desk_id="both").state is TicketState.SERVING


def test_nobody_waiting_is_an_answer_and_stays_one(clinic: Clinic) -> None:
    asked = command(Act.CALL_NEXT, "asked", desk_id="1")
    with clinic.lines() as lines:
        assert lines.act(asked).ticket is None
    clinic.arrive("ann")
    with clinic.lines() as lines:
        assert lines.act(asked).ticket is None


def test_who_comes_back_waits_for_their_own_desk_until_it_closes(clinic: Clinic) -> None:
    clinic.open("x", desks=("1", "2"))
    clinic.arrive("ann")
    clinic.do(Act.CALL_NEXT, desk_id="1")
    for act in (Act.START, Act.SEND_AWAY, Act.RETURN_VISIT):
        clinic.do(act, ticket_id="t-ann")
    assert clinic.event(Act.CALL_NEXT, desk_id="2").ticket is None
    clinic.arrive("ben")
    assert clinic.do(Act.CALL_NEXT, desk_id="2").ticket_id == "t-ben"
    clinic.do(Act.PASS_OVER, ticket_id="t-ben")
    with clinic.lines() as lines:
        lines.set_desk("1", DeskState.CLOSED, "staff-1")
    assert clinic.do(Act.CALL_NEXT, desk_id="2").ticket_id == "t-ann"


def test_a_finish_is_not_undone_once_its_holder_stands_in_line_again(clinic: Clinic) -> None:
    clinic.arrive("ann")
    clinic.do(Act.CALL_NEXT, desk_id="1")
    clinic.do(Act.START, ticket_id="t-ann")
    clinic.do(Act.FINISH, ticket_id="t-ann")
    clinic.do(Act.ISSUE, ticket_id="t-2", subject="ann", line_id="x", rank="walk_in", arrived=True)
    assert refusal(clinic, Act.UNDO, desk_id="1") is Refusal.ALREADY_IN_LINE


def test_a_ticket_is_given_an_id_where_none_is_given(clinic: Clinic) -> None:
    ticket = clinic.do(Act.ISSUE, subject="ann", line_id="x", rank="walk_in", arrived=True)
    with clinic.lines() as lines:
        assert lines.position(ticket.ticket_id).ticket == ticket


def test_nobody_is_transferred_to_the_line_they_stand_in(clinic: Clinic) -> None:
    clinic.arrive("ann")
    assert refusal(clinic, Act.TRANSFER, ticket_id="t-ann", line_id="x") is Refusal.ALREADY_IN_LINE


# --- what a vertical hears ----------------------------------------------------


def test_the_vertical_follows_in_the_same_transaction(clinic: Clinic) -> None:
    def refuse(work: VerticalWork, event: Event) -> None:
        raise RuntimeError("the vertical cannot follow")

    clinic.on_change = refuse
    with pytest.raises(RuntimeError):
        clinic.arrive("ann")
    clinic.on_change = None
    with clinic.lines() as lines:
        assert lines.waiting("x") == []
    clinic.arrive("ann")
    assert [event.act for event in clinic.changes[1:]] == [Act.ISSUE]


def test_the_vertical_may_act_in_its_turn(clinic: Clinic) -> None:
    def hold(work: VerticalWork, event: Event) -> None:
        if event.act is Act.ISSUE and event.ticket is not None:
            work.lines.act(command(Act.HOLD, "held", event.ticket.ticket_id))

    clinic.on_change = hold
    clinic.arrive("ann")
    with clinic.lines() as lines:
        assert lines.position("t-ann").ticket.state is TicketState.HELD
        assert [event.seq for event in lines.events("t-ann")] == [1, 2]


def test_who_is_near_is_told_once_on_each_way_to_the_front(clinic: Clinic, clock: FakeClock) -> None:
    for number in range(6):
        clock.advance(MINUTE)
        clinic.arrive(f"s{number}")
    assert clinic.near == [("t-s0", 0), ("t-s1", 1), ("t-s2", 2), ("t-s3", 3)]
    clinic.near.clear()
    clinic.do(Act.CALL_NEXT, desk_id="1")
    assert clinic.near == [("t-s4", 3)]
    clinic.do(Act.UNDO, desk_id="1")
    clinic.do(Act.CALL_NEXT, desk_id="1")
    assert clinic.near == [("t-s4", 3)]
    clinic.do(Act.PASS_OVER, ticket_id="t-s0")
    clinic.near.clear()
    clock.advance(30 * MINUTE)
    clinic.do(Act.REJOIN, ticket_id="t-s0")
    assert clinic.near == []
    clinic.do(Act.CANCEL, ticket_id="t-s1")
    clinic.do(Act.CANCEL, ticket_id="t-s2")
    assert [ticket_id for ticket_id, _ in clinic.near] == ["t-s5", "t-s0"]


def test_how_near_is_the_verticals_setting(store: Store) -> None:
    clinic = Clinic(store, settings={"near_at": 0})
    clinic.open("x", desks=("1",))
    clinic.arrive("ann")
    clinic.arrive("ben")
    assert clinic.near == [("t-ann", 0)]


# --- what is shown ------------------------------------------------------------


def test_a_position_says_how_many_are_ahead_and_who_is_called(clinic: Clinic, clock: FakeClock) -> None:
    for subject in ("ann", "ben", "cat"):
        clinic.arrive(subject)
    clinic.do(Act.CALL_NEXT, desk_id="1")
    with clinic.lines() as lines:
        mine, called = lines.position("t-cat"), lines.position("t-ann")
    assert (mine.ahead, mine.now_serving, mine.desk) == (1, ["A001"], "")
    assert mine.wait == Unknown(UnknownReason.TOO_FEW_SEEN, 1)
    assert (called.desk, called.ahead, called.wait) == ("Room 1", None, Unknown(UnknownReason.NOT_WAITING))


def test_a_range_follows_what_the_desk_has_shown(clinic: Clinic) -> None:
    clinic.saw("x", "1", *[10.0, 11.0, 9.0] * 10)
    for subject in ("ann", "ben", "cat"):
        clinic.arrive(subject)
    clinic.do(Act.CALL_NEXT, desk_id="1")
    with clinic.lines() as lines:
        near, far = lines.position("t-ben").wait, lines.position("t-cat").wait
        lines.set_desk("1", DeskState.PAUSED, "staff-1")
        paused = lines.position("t-cat").wait
    assert isinstance(near, Range)
    assert isinstance(far, Range)
    assert near.ahead == 0
    assert near.lower < far.upper
    assert far.lower <= 20 * MINUTE <= far.upper + 5 * MINUTE
    assert paused == Unknown(UnknownReason.NO_DESK_OPEN, 1)


def test_each_place_in_the_list_has_its_reason(clinic: Clinic, clock: FakeClock) -> None:
    clinic.arrive("ann")
    clock.advance(MINUTE)
    clinic.arrive("ben")
    clinic.arrive("cat", rank="priority")
    with clinic.lines() as lines:
        rows = lines.waiting("x")
    assert [row.ticket.subject for row in rows] == ["cat", "ann", "ben"]
    causes = [None if row.because is None else row.because.cause for row in rows]
    assert causes == [None, Cause.MORE_CREDIT, Cause.EARLIER_ANCHOR]


def test_a_board_shows_numbers_masked_names_and_desks(clinic: Clinic, clock: FakeClock) -> None:
    with clinic.lines() as lines:
        lines.open(LineOpening("quiet", DAY, "Quiet", "Q", "usual", shows_names=False))
        lines.put_desk("9", "Room 9", ["quiet"])
        lines.set_desk("9", DeskState.OPEN, "staff-1")
    clinic.arrive("明")
    clinic.arrive("红", "quiet")
    clinic.do(Act.CALL_NEXT, desk_id="1")
    clock.advance(MINUTE)
    clinic.do(Act.CALL_NEXT, desk_id="9")
    clinic.do(Act.START, ticket_id="t-红")
    with clinic.lines() as lines:
        assert lines.board(["x", "quiet", "unheard"]) == (
            BoardRow("Q001", "", "Room 9", is_called=False),
            BoardRow("A001", "王*明", "Room 1", is_called=True),
        )


# --- what is learned ----------------------------------------------------------


def test_a_service_counts_from_the_call_and_not_when_it_is_taken_back(clinic: Clinic, clock: FakeClock) -> None:
    clinic.arrive("ann")
    clinic.do(Act.CALL_NEXT, desk_id="1")
    clock.advance(2 * MINUTE)
    clinic.do(Act.START, ticket_id="t-ann")
    clock.advance(6 * MINUTE)
    clinic.do(Act.FINISH, ticket_id="t-ann")
    assert seen(clinic) == Observed().seen(8 * MINUTE)
    clinic.do(Act.UNDO, desk_id="1")
    assert seen(clinic) == Observed()
    clinic.do(Act.SEND_AWAY, ticket_id="t-ann")
    assert seen(clinic).count == 1


def test_forecasts_are_judged_by_calls_in_turn_alone(clinic: Clinic, clock: FakeClock) -> None:
    clinic.saw("x", "1", *[10.0] * 10)
    for number in range(4):
        clinic.arrive(f"s{number}")
    clinic.do(Act.CALL, ticket_id="t-s3", desk_id="1", reason="kind")
    clinic.do(Act.UNDO, desk_id="1")
    clinic.do(Act.HOLD, ticket_id="t-s2")
    clock.advance(300 * MINUTE)
    clinic.do(Act.CALL_NEXT, desk_id="1")
    clinic.do(Act.UNDO, desk_id="1")
    clinic.do(Act.CALL_NEXT, desk_id="1")
    with clinic.store.read("h1") as work:
        calibration = work.queue_figures.calibration("x")
    assert (calibration.judged, calibration.late) == (1, 1)
    assert calibration.upper > 0


# --- the end of the day -------------------------------------------------------


def test_the_day_ends_every_live_ticket_once(clinic: Clinic, clock: FakeClock) -> None:
    for subject in ("ann", "ben"):
        clinic.arrive(subject)
    clinic.do(Act.CALL_NEXT, desk_id="1")
    clock.advance(timedelta(days=1))
    with clinic.lines() as lines:
        assert lines.expire(DAY) == 0
        assert lines.expire(lines.today()) == 2
        assert lines.expire(lines.today()) == 0
        assert {one.state for one in [*lines.of_subject("ann"), *lines.of_subject("ben")]} == {TicketState.EXPIRED}
    assert [event.act for event in clinic.changes][-2:] == [Act.EXPIRE] * 2


def test_a_new_day_counts_its_numbers_anew(clinic: Clinic, clock: FakeClock) -> None:
    clinic.arrive("ann")
    clock.advance(timedelta(days=1))
    with clinic.lines() as lines:
        lines.open(LineOpening("x", lines.today(), "Line x", "A", "usual"))
    again = clinic.do(Act.ISSUE, ticket_id="t-2", subject="ann", line_id="x", rank="walk_in", arrived=True)
    assert again.display_number == "A001"


def test_a_booking_goes_to_the_line_of_its_day(clinic: Clinic, clock: FakeClock) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    with clinic.lines() as lines:
        lines.open(LineOpening("x", DAY + timedelta(days=1), "Line x", "A", "usual"))
    booked = clinic.do(Act.ISSUE, ticket_id="t", subject="ann", line_id="x", rank="booked", appointed_at=tomorrow)
    assert booked.state is TicketState.BOOKED
    with clinic.lines() as lines:
        assert lines.position("t").day == DAY + timedelta(days=1)


def test_a_vertical_without_lines_has_none(store: Store) -> None:
    with store.begin("h1") as work, pytest.raises(LookupError):
        _ = Unit(work, None).lines  # type: ignore[arg-type]  # nobody pays here
