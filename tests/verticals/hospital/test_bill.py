"""The table of a bill: what can follow what."""

from __future__ import annotations

import pytest

from adapters.values import Fen
from hospital_bridge.verticals.hospital.bills.bill import TRANSITIONS, UNDER_WAY, Bill, Event, IllegalTransition, State
from tests.verticals.hospital.billing import MORNING

NONE = Fen(0)


def bill(state: State) -> Bill:
    sums = (NONE, NONE, NONE, NONE)
    return Bill("b1", "B1", "s1", "1", "", "", "", (), *sums, at_window=False, told_at=MORNING, state=state)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_a_pair_outside_the_table_changes_nothing(state: State, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert bill(state).after(event).state is TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalTransition):
            bill(state).after(event)


def test_every_state_can_be_reached_and_what_is_under_way_can_come_to_rest() -> None:
    reached, resting = {State.ISSUED}, set(State) - UNDER_WAY
    for _ in State:
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}
        resting |= {before for (before, _), after in TRANSITIONS.items() if after in resting}
    assert (reached, resting) == (set(State), set(State))


def test_only_the_wallets_money_makes_a_bill_paid_and_only_the_hospital_settles_it() -> None:
    assert {event for (_, event), after in TRANSITIONS.items() if after is State.PAID} == {Event.COLLECTED}
    assert {event for (_, event), after in TRANSITIONS.items() if after is State.SETTLED} == {Event.FULFILLED}


def test_an_order_is_opened_for_nothing_but_an_issued_bill() -> None:
    assert [before for (before, event) in TRANSITIONS if event is Event.ORDERED] == [State.ISSUED]


def test_the_hospitals_word_moves_no_bill_whose_money_is_there() -> None:
    for state in (State.PAID, State.SETTLED):
        assert not {(state, Event.REISSUED), (state, Event.WITHDRAWN)} & TRANSITIONS.keys()


def test_a_new_order_has_a_reference_of_its_own() -> None:
    first = bill(State.ISSUED).ordered_by("w1")
    second = first.after(Event.EXPIRED).ordered_by("w2")
    assert (first.sale_ref, second.sale_ref) == ("b1-1", "b1-2")
