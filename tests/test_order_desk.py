"""The counter asks again: what the wallet tells is booked, what the other system tells is listened to."""

from __future__ import annotations

import pytest

from adapters.errors import Reason
from adapters.values import TradeStatus
from hospital_bridge.order_desk import BOOKED, CANNOT_TELL, NOT_BOOKED, OrderDesk
from hospital_bridge.payment.model import Fulfilment, Situation
from hospital_bridge.slot import FulfilMode
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.order_reads import Heard, Sought
from tests.payment.desk import Desk
from tests.payment.faults import Fault
from tests.payment.world import OPERATOR, World
from tests.steered import FakeClock


@pytest.fixture
def world(store: Store, clock: FakeClock) -> World:
    return World(store, clock)


def ask(world: World, payment_id: str) -> Heard:
    return OrderDesk(lambda _: world.context).ask_again(OPERATOR, payment_id, by="chen")


def test_money_of_which_no_notice_ever_came_is_booked_when_the_counter_asks(world: World) -> None:
    payment = world.opened()
    world.wallet.pay(payment.merchant_order_no)
    assert ask(world, payment.payment_id) == Heard(TradeStatus.PAID, NOT_BOOKED)
    assert world.situation(payment) is Situation.CONFIRMING
    world.drain()
    assert ask(world, payment.payment_id) == Heard(TradeStatus.PAID, BOOKED)
    world.assert_at_rest()


def test_what_the_other_system_says_changes_nothing_by_itself(world: World) -> None:
    world.desk.line.will("fulfil", Fault.LOST_REPLY)
    payment = world.paid()
    world.run()
    assert ask(world, payment.payment_id).booking == BOOKED
    assert world.payment(payment.payment_id).fulfilment is Fulfilment.PENDING
    world.drain()
    assert world.situation(payment) is Situation.DONE


@pytest.mark.parametrize("trouble", [Fault.LOST_REPLY, Fault.FORGED_REPLY, Reason.OTHER])
def test_no_answer_is_said_as_none(world: World, trouble: Fault | Reason) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("query", trouble)
    world.desk.line.will("query", trouble)
    assert ask(world, payment.payment_id) == Heard("", "")


def test_a_free_order_and_a_system_that_cannot_be_asked_are_said_as_they_are(store: Store, clock: FakeClock) -> None:
    world = World(store, clock, Desk(FulfilMode.MANUAL))
    assert ask(world, world.open(amount=0)) == Heard("nothing_owed", CANNOT_TELL)


def test_an_order_that_nobody_has_is_not_shown_and_no_search_is_without_a_question(world: World) -> None:
    desk = OrderDesk(lambda _: world.context)
    assert desk.show(OPERATOR, "0" * 32, by="chen") is None
    assert desk.find(OPERATOR, Sought(), by="chen") == []
    assert desk.find(OPERATOR, Sought(number="'; --"), by="chen") == []
