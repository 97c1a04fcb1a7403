"""What happens to cards by itself: their time ends, and their holder is forgotten."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from hospital_bridge.facade import OperatorScope
from hospital_bridge.handlers import EXPIRE_CARDS, _expire_cards, periodic_tasks
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.slot import CardRules, CardState, Relation
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.subject_rights import erase_subject, export_subject
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from hospital_bridge.workers.timers import tick
from tests.cards.counters import SHANGHAI, Mall
from tests.steered import FakeClock
from tests.store.test_bindings import person, user


@pytest.fixture
def mall(store: Store) -> Mall:
    return Mall(store)


def bridge_of(mall: Mall, clock: FakeClock) -> Any:
    scope = OperatorScope(MoneyContext("h1", mall.store, SHANGHAI, {}, {}), {}, clock, {}, cards=mall.context)
    kinds = tuple(mall.context.kinds.values())
    vertical = SimpleNamespace(reactions=(), cards=kinds, erase_subject=None, export_subject=None)
    operators = {
        "h1": SimpleNamespace(scopes={"mall": scope}, systems={}),
        "h2": SimpleNamespace(scopes={}, systems={}),
    }
    return SimpleNamespace(store=mall.store, verticals={"mall": vertical}, operators=operators)


def test_the_clock_ends_cards_where_some_are_given_out_and_starts_nothing_elsewhere(
    mall: Mall, clock: FakeClock
) -> None:
    mall.offer(CardRules(ends_at=clock.now() + timedelta(hours=1)))
    card = mall.collected()
    bridge = bridge_of(mall, clock)
    (task,) = (one for one in periodic_tasks(bridge) if one.topic == EXPIRE_CARDS)
    runner = JobRunner(mall.store, Handlers(tx={EXPIRE_CARDS: partial(_expire_cards, bridge)}), "clock")

    def state_after_a_tick() -> CardState:
        tick(mall.store, task)
        while runner.run_once(Lane.TX):
            continue
        return mall.now(card).state

    assert task.operators == frozenset({"h1"})
    assert state_after_a_tick() is CardState.COLLECTED
    clock.advance(timedelta(hours=1))
    assert state_after_a_tick() is CardState.EXPIRED


def test_who_is_forgotten_leaves_no_card_that_opens_anything(mall: Mall, clock: FakeClock) -> None:
    mall.offer(each=2)
    with mall.store.begin("h1") as work:
        subject, holder = person(work, 1), user(work, 1)
        work.subjects.bind(holder, subject, Relation.SELF)
    own, of_the_wallet, used = mall.collected(subject), mall.collected(holder), mall.give(subject, "used")
    with mall.cards() as cards:
        cards.collect(used.card_id)
    mall.redeem(used)
    bridge = bridge_of(mall, clock)
    told = export_subject(bridge, "h1", subject, "staff-1")["cards"]
    assert sorted(card["state"] for card in told) == ["collected", "collected", "redeemed"]
    erase_subject(bridge, "h1", subject, "staff-1")
    states = [mall.now(card).state for card in (own, of_the_wallet, used)]
    assert states == [CardState.VOID, CardState.VOID, CardState.REDEEMED]


@pytest.mark.parametrize("held_by", ["subject", "wallet user"])
def test_a_refund_after_its_holder_was_forgotten_gives_nobody_a_card(
    mall: Mall, clock: FakeClock, held_by: str
) -> None:
    mall.offer()
    with mall.store.begin("h1") as work:
        subject, holder = person(work, 1), user(work, 1)
        work.subjects.bind(holder, subject, Relation.SELF)
    card = mall.collected(subject if held_by == "subject" else holder)
    used = mall.redeem(card)
    erase_subject(bridge_of(mall, clock), "h1", subject, "staff-1")
    with mall.cards() as cards:
        cards.reverse(used.redemption_id, "payment", "refunded")
    assert mall.now(card).state is CardState.VOID
