from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueing.ticket import LIVE, TERMINAL, TRANSITIONS, IllegalTransition, TicketEvent, TicketState, follow
from tests.queueing.tickets import ticket

VISIT = [
    (TicketEvent.CHECK_IN, TicketState.WAITING),
    (TicketEvent.CALL, TicketState.CALLED),
    (TicketEvent.RECALL, TicketState.CALLED),
    (TicketEvent.PASS, TicketState.PASSED),
    (TicketEvent.REJOIN, TicketState.WAITING),
    (TicketEvent.HOLD, TicketState.HELD),
    (TicketEvent.RESUME, TicketState.WAITING),
    (TicketEvent.CALL, TicketState.CALLED),
    (TicketEvent.START, TicketState.SERVING),
    (TicketEvent.SEND_AWAY, TicketState.AWAY),
    (TicketEvent.RETURN, TicketState.WAITING),
    (TicketEvent.CALL, TicketState.CALLED),
    (TicketEvent.START, TicketState.SERVING),
    (TicketEvent.FINISH, TicketState.DONE),
]


def test_a_visit_with_every_detour_ends_done() -> None:
    state = TicketState.BOOKED
    for event, expected in VISIT:
        state = follow(state, event)
        assert state == expected


def test_every_state_is_reached_from_a_booking() -> None:
    reached = {TicketState.BOOKED}
    for _ in TicketState:
        reached |= {target for (source, _), target in TRANSITIONS.items() if source in reached}
    assert reached == set(TicketState)


def test_every_event_has_a_use() -> None:
    assert {event for _, event in TRANSITIONS} == set(TicketEvent)


@pytest.mark.parametrize("event", TicketEvent)
@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_a_terminal_state_absorbs(state: TicketState, event: TicketEvent) -> None:
    with pytest.raises(IllegalTransition) as refusal:
        follow(state, event)
    assert (refusal.value.state, refusal.value.event) == (state, event)


@pytest.mark.parametrize("state", sorted(LIVE))
def test_every_live_ticket_can_be_cancelled_and_ends_with_its_day(state: TicketState) -> None:
    assert follow(state, TicketEvent.CANCEL) == TicketState.CANCELLED
    assert follow(state, TicketEvent.EXPIRE) == TicketState.EXPIRED


def test_terminal_are_exactly_the_states_without_a_way_out() -> None:
    assert set(TicketState) - {state for state, _ in TRANSITIONS} == TERMINAL


@pytest.mark.parametrize("state", [TicketState.WAITING, TicketState.SERVING, TicketState.AWAY, TicketState.HELD])
def test_who_came_is_never_a_no_show(state: TicketState) -> None:
    with pytest.raises(IllegalTransition):
        follow(state, TicketEvent.MISS)


@pytest.mark.parametrize("state", [TicketState.BOOKED, TicketState.AWAY, TicketState.PASSED, TicketState.HELD])
def test_only_who_waits_is_called(state: TicketState) -> None:
    with pytest.raises(IllegalTransition):
        follow(state, TicketEvent.CALL)


@given(st.sampled_from(sorted(TRANSITIONS)))
def test_an_event_changes_the_state_and_nothing_else(step: tuple[TicketState, TicketEvent]) -> None:
    state, event = step
    before = replace(ticket(1, minute=5, rank="booked"), state=state)
    assert before.after(event) == replace(before, state=TRANSITIONS[step])
    assert before.after(event).is_live == (TRANSITIONS[step] in LIVE)


def test_a_ticket_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        ticket(1).state = TicketState.DONE  # type: ignore[misc]


def test_an_anchor_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        replace(ticket(1), anchor=datetime(2026, 11, 23, 8, 0))  # noqa: DTZ001 - the naive instant is the point


def test_an_anchor_is_kept_in_utc() -> None:
    local = datetime(2026, 11, 23, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    kept = replace(ticket(1), anchor=local).anchor
    assert (kept, kept.tzinfo) == (local, UTC)


def test_a_negative_credit_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        replace(ticket(1), credit=timedelta(minutes=-1))


def test_neither_refusal_nor_repr_shows_the_subject() -> None:
    with pytest.raises(IllegalTransition) as refusal:
        ticket(1).after(TicketEvent.FINISH)
    assert "subject-1" not in f"{refusal.value} {ticket(1)!r}"
