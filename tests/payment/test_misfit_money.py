"""The wallet holds money for an order that is not what was asked: a person is told, and the sale is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.values import Fen
from hospital_bridge.payment.flows.decide import decide_returned
from hospital_bridge.payment.flows.undecided import NothingToDecide
from hospital_bridge.payment.model import Fulfilment, Payment, Situation
from hospital_bridge.slot import Progress
from tests.payment.world import FEE, HALF_AN_HOUR, World

ANOTHER_SUM = Fen(FEE + 1)


@pytest.fixture
def misfit(world: World) -> Payment:
    payment = world.opened()
    standing = world.wallet.orders[payment.merchant_order_no]
    standing.order = replace(standing.order, amount_fen=ANOTHER_SUM)
    world.wallet.pay(payment.merchant_order_no)
    world.drain(HALF_AN_HOUR * 2)
    return world.payment(payment.payment_id)


def test_the_sale_is_over_and_the_payment_waits_for_a_person(world: World, misfit: Payment) -> None:
    assert world.next_due() is None
    assert (misfit.fulfilment, misfit.payer_paid_fen, misfit.collected_fen) == (Fulfilment.REFUSED, ANOTHER_SUM, 0)
    assert world.situation(misfit) is Situation.CHECKING
    assert [progress for _, progress, _ in world.desk.told] == [Progress.EXPIRED]
    with world.store.read("h1") as work:
        assert list(work.payments.for_person()) == [misfit]
    assert "payment.mismatch" in world.security_events()
    world.assert_books_are_sound()


def test_the_person_says_once_that_the_money_is_back(world: World, misfit: Payment) -> None:
    with world.store.begin("h1") as work:
        decide_returned(work, misfit.payment_id, by="staff-1")
        assert work.payments.for_person() == []
        assert work.audit.latest()[0].action == "payment.decided_returned"
    assert world.situation(misfit) is Situation.CLOSED
    with world.store.begin("h1") as work, pytest.raises(NothingToDecide):
        decide_returned(work, misfit.payment_id, by="staff-2")


def test_the_right_money_that_comes_after_all_goes_back_by_itself(world: World, misfit: Payment) -> None:
    standing = world.wallet.orders[misfit.merchant_order_no]
    standing.order = replace(standing.order, amount_fen=FEE)
    assert world.notify(misfit) == b"success"
    world.drain()
    assert world.situation(misfit) is Situation.REFUNDED
    assert world.desk.effects == []
    with world.store.read("h1") as work:
        assert work.payments.for_person() == []
