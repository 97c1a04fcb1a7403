"""Orders that were given up while money was on its way; the simulation found each of these."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hospital_bridge.payment.model import EffectState, Situation
from hospital_bridge.slot import Progress
from tests.payment.faults import Fault
from tests.payment.world import HALF_AN_HOUR, World


def test_an_order_paid_between_its_cancelling_and_its_closing_lets_the_vertical_go_on(world: World) -> None:
    payment = world.opened()
    world.abandon(payment)
    world.wallet.pay(payment.merchant_order_no)
    world.notify(payment)
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert world.desk.progress_of("A1") == [Progress.EXPIRED, Progress.REFUNDED]
    world.assert_at_rest()


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.NOT_SENT])
def test_a_closing_that_a_payment_overtook_comes_to_a_firm_end(world: World, fault: Fault) -> None:
    payment = world.opened()
    world.abandon(payment)
    world.wallet.line.will("close", fault)
    world.run()
    world.wallet.pay(payment.merchant_order_no)
    world.notify(payment)
    world.drain()
    assert {effect.state for effect in world.effects()} <= {EffectState.CONFIRMED, EffectState.REFUSED}
    assert world.wallet.line.calls.count("close") == 1
    world.assert_at_rest()


def test_a_closing_at_expiry_that_a_payment_overtook_comes_to_a_firm_end(world: World) -> None:
    payment = world.opened()
    world.wallet.line.will("close", Fault.LOST_REQUEST)
    world.drain(HALF_AN_HOUR + timedelta(seconds=1))
    world.wallet.pay(payment.merchant_order_no)
    world.notify(payment)
    world.drain()
    assert world.situation(payment) is Situation.DONE
    assert {effect.state for effect in world.effects()} == {EffectState.CONFIRMED}
    world.assert_at_rest()
