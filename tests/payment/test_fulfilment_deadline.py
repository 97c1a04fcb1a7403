"""A hospital that cannot be reached is visible after minutes, and after hours the money goes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.errors import Reason
from adapters.values import EntryKind
from hospital_bridge.payment.effects import PATIENCE
from hospital_bridge.payment.flows.decide import decide_again
from hospital_bridge.payment.model import Fulfilment, Situation
from hospital_bridge.slot import FulfilMode, Progress
from hospital_bridge.store.unit_of_work import Store
from tests.payment.desk import Desk
from tests.payment.faults import Fault
from tests.payment.world import FEE, World
from tests.steered import FakeClock

EVER = 500


def delayed(world: World) -> list[tuple[str, str]]:
    with world.store.read("h1") as work:
        return [(effect.kind, effect.reason) for effect in work.effects.delayed_since(work.now - PATIENCE)]


def test_a_booking_that_is_never_taken_is_visible_and_then_given_back(world: World) -> None:
    world.desk.line.will("fulfil", *[Fault.NOT_SENT] * EVER)
    payment = world.paid()
    world.drain(PATIENCE - timedelta(minutes=1))
    assert delayed(world) == []
    world.drain(world.context.fulfil_deadline - PATIENCE)
    assert delayed(world) == [("sale.fulfil", "NotDone")]
    assert world.situation(payment) is Situation.CONFIRMING
    world.drain(timedelta(minutes=10))
    assert world.desk.told[-2:] == [
        ("A1", Progress.REFUSED, "fulfilment deadline"),
        ("A1", Progress.REFUNDED, "fulfilment deadline"),
    ]
    assert delayed(world) == []
    world.assert_at_rest()


def test_a_wish_is_granted_at_the_deadline(world: World) -> None:
    world.desk.line.will("fulfil", *[Fault.NOT_SENT] * EVER)
    payment = world.paid()
    world.refund_all(payment)
    world.drain(world.context.fulfil_deadline + timedelta(minutes=10))
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()


def test_an_unknown_outcome_outlives_the_deadline_until_a_query_says_no(world: World) -> None:
    world.desk.line.will("fulfil", Fault.LOST_REPLY)
    world.desk.line.will("query", *[Fault.LOST_REQUEST] * EVER)
    payment = world.paid()
    world.drain(world.context.fulfil_deadline + timedelta(hours=1))
    assert world.situation(payment) is Situation.CONFIRMING
    world.desk.line.heal()
    world.desk.effects.clear()
    world.drain(timedelta(hours=1))
    assert world.desk.line.calls.count("fulfil") == 1
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()


def test_what_an_idempotent_system_may_have_booked_is_not_given_back(store: Store, clock: FakeClock) -> None:
    world = World(store, clock, Desk(FulfilMode.IDEMPOTENT))
    world.desk.line.will("fulfil", Fault.LOST_REPLY, *[Fault.NOT_SENT] * EVER)
    payment = world.paid()
    world.drain(world.context.fulfil_deadline + timedelta(hours=1))
    assert world.situation(payment) is Situation.CONFIRMING
    world.desk.line.heal()
    world.drain(timedelta(hours=1))
    assert world.desk.booked(EntryKind.PAYMENT) == [FEE]
    world.assert_at_rest()


def test_money_that_is_learned_of_late_is_tried_all_the_same(world: World) -> None:
    payment = world.paid()
    world.clock.advance(world.context.fulfil_deadline * 2)
    world.drain()
    assert world.situation(payment) is Situation.DONE


def test_a_refund_that_never_gets_through_is_visible(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", *[Reason.CREDENTIALS] * EVER)
    world.refund_all(payment)
    world.drain(timedelta(hours=1))
    assert delayed(world) == [("wallet.refund", "credentials")]


@pytest.fixture
def manual(store: Store, clock: FakeClock) -> World:
    return World(store, clock, Desk(FulfilMode.MANUAL))


def test_what_a_person_has_told_again_may_be_lost_again(manual: World) -> None:
    manual.desk.line.will("fulfil", Fault.LOST_REQUEST, Fault.LOST_REQUEST)
    payment = manual.paid()
    for _ in range(2):
        manual.drain(timedelta(hours=5))
        assert manual.payment(payment.payment_id).fulfilment is Fulfilment.MANUAL
        with manual.store.begin("h1") as work:
            decide_again(work, payment.payment_id, by="staff-1")
    manual.drain(timedelta(hours=1))
    assert manual.situation(payment) is Situation.DONE
    manual.assert_at_rest()
