"""The table of a registration: what can follow what."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.values import Fen, Slot
from hospital_bridge.verticals.hospital.registration import TRANSITIONS, Event, IllegalTransition, Registration, State

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
ENDS = {State.CANCELLED, State.ENDED}


def registration(state: State) -> Registration:
    slot = Slot("S1", "0101", "D1", NOW, NOW, 1, Fen(5000))
    return Registration("r1", "w1", "s1", "100001", slot, "内科", "林若海", "3层", state, NOW, NOW)


def test_an_end_is_an_end() -> None:
    assert not [pair for pair in TRANSITIONS if pair[0] in ENDS]


def test_every_state_can_be_reached_and_can_end() -> None:
    reached = {State.HOLDING}
    for _ in State:
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}
    assert reached == set(State)
    ending = set(ENDS)
    for _ in State:
        ending |= {before for (before, _), after in TRANSITIONS.items() if after in ending}
    assert ending == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_a_pair_outside_the_table_changes_nothing(state: State, event: Event) -> None:
    before = registration(state)
    if (state, event) in TRANSITIONS:
        assert before.after(event).state is TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalTransition):
            before.after(event)


def test_money_is_never_given_back_before_the_hospital_let_go_of_the_slot() -> None:
    """CANCELLED, from which the refund starts, is reached by the hospital's own word only."""
    into_cancelled = {event for (_, event), after in TRANSITIONS.items() if after is State.CANCELLED}
    assert into_cancelled == {Event.RELEASED, Event.CALLED_OFF}


def test_a_slot_closed_at_the_wallet_may_still_turn_out_to_be_paid() -> None:
    assert registration(State.CLOSING).after(Event.COLLECTED).state is State.PAID
