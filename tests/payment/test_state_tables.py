"""The state machines of money: what may follow what, and that nothing else may."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from hospital_bridge.payment.model import (
    Collection,
    CollectionEvent,
    Effect,
    EffectEvent,
    EffectState,
    Fulfilment,
    FulfilmentEvent,
    IllegalTransition,
    RefundEvent,
    RefundState,
    collection,
    effect,
    fulfilment,
    refund,
)
from hospital_bridge.payment.model.transition import follow
from tests.steered import FakeClock

TABLES: list[tuple[Mapping[Any, Any], type[StrEnum], type[StrEnum]]] = [
    (collection.TRANSITIONS, Collection, CollectionEvent),
    (fulfilment.TRANSITIONS, Fulfilment, FulfilmentEvent),
    (refund.TRANSITIONS, RefundState, RefundEvent),
    (effect.TRANSITIONS, EffectState, EffectEvent),
]
ENDS = {
    Collection.COLLECTED,
    Fulfilment.FULFILLED,
    Fulfilment.REFUSED,
    RefundState.REFUNDED,
    RefundState.VOID,
    EffectState.CONFIRMED,
    EffectState.REFUSED,
}


@pytest.mark.parametrize(("table", "states", "events"), TABLES, ids=lambda part: getattr(part, "__name__", ""))
def test_a_pair_that_the_table_lacks_is_refused(
    table: Mapping[Any, Any], states: type[StrEnum], events: type[StrEnum]
) -> None:
    for pair in product(states, events):
        if pair in table:
            assert follow(table, *pair) is table[pair]
        else:
            with pytest.raises(IllegalTransition):
                follow(table, *pair)


@pytest.mark.parametrize(("table", "states"), [(table, states) for table, states, _ in TABLES])
def test_every_state_can_be_reached_and_only_ends_are_final(table: Mapping[Any, Any], states: type[StrEnum]) -> None:
    first = next(iter(states))
    assert set(table.values()) | {first} == set(states)
    assert {state for state in states if not any(start is state for start, _ in table)} == ENDS & set(states)


def test_collected_money_cannot_be_uncollected() -> None:
    assert not [pair for pair in collection.TRANSITIONS if pair[0] is Collection.COLLECTED]


def test_what_was_sent_is_never_called_withdrawn() -> None:
    starts = {start for start, event in effect.TRANSITIONS if event is EffectEvent.WITHDRAWN}
    assert starts == {EffectState.INTENDED}


def test_an_unknown_outcome_is_asked_for_ever_more_patiently() -> None:
    now = FakeClock().now()
    sent = Effect("e1", "wallet.refund", "refund:1", EffectState.INTENDED, now).send(now)
    pauses = []
    for _ in range(9):
        pauses.append(sent.pause.total_seconds())
        sent = sent.lose_sight(now, "OutcomeUnknown")
    assert pauses == [2, 5, 10, 30, 60, 120, 300, 300, 300]
