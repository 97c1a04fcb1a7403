"""Scenarios 14 to 16 of reference/reliability.md section 1: orders that end unpaid, and money that comes late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.errors import Reason
from hospital_bridge.payment.flows.close import close_order
from hospital_bridge.payment.model import Account, Collection, EffectState, Fulfilment, Situation
from hospital_bridge.slot import Progress
from hospital_bridge.store.jobs import Again
from tests.payment.faults import Fault
from tests.payment.world import FEE, HALF_AN_HOUR, World


def test_14_at_expiry_the_wallet_is_closed_before_we_are(world: World) -> None:
    payment = world.opened()
    world.drain()
    assert world.situation(payment) is Situation.CLOSED
    assert world.wallet.trade(payment.merchant_order_no).status == "closed"
    assert world.desk.told == [("A1", Progress.EXPIRED, "expired")]


def test_14_a_wallet_that_says_paid_at_expiry_settles(world: World) -> None:
    payment = world.opened()
    world.clock.advance(HALF_AN_HOUR)
    world.wallet.pay(payment.merchant_order_no)
    world.drain()
    assert world.wallet.line.calls[-2:] == ["close", "query"]
    assert world.situation(payment) is Situation.DONE
    world.assert_at_rest()


def test_14_an_order_that_the_wallet_had_opened_and_knows_no_more_is_heard_of(world: World) -> None:
    """The account names another merchant by now: whoever paid the old one would be missed by nobody."""
    payment = world.opened()
    world.wallet.orders.clear()
    world.drain()
    assert world.situation(payment) is Situation.CLOSED
    assert world.security_events() == ["payment.forgotten"]


@pytest.mark.parametrize(("later", "reason"), [(HALF_AN_HOUR, "expired"), (timedelta(minutes=1), "closed_by_wallet")])
def test_14_an_order_that_the_wallet_ends_before_we_do_tells_why(world: World, later: timedelta, reason: str) -> None:
    payment = world.opened()
    world.clock.advance(later)
    world.wallet.close(payment.merchant_order_no)
    world.notify(payment)
    assert world.situation(payment) is Situation.CLOSED
    assert world.desk.told == [("A1", Progress.EXPIRED, reason)]


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.LOST_REQUEST])
def test_14_an_unknown_closing_is_asked_for(world: World, fault: Fault) -> None:
    payment = world.opened()
    world.clock.advance(HALF_AN_HOUR)
    world.wallet.line.will("close", fault)
    world.drain()
    assert world.situation(payment) is Situation.CLOSED
    assert world.wallet.trade(payment.merchant_order_no).status == "closed"


def test_15_money_after_closing_goes_back_in_full_and_is_never_booked(world: World) -> None:
    payment = world.opened()
    world.drain()
    world.wallet.pay(payment.merchant_order_no)
    assert world.notify(payment) == b"success"
    assert world.situation(payment) is Situation.REFUNDING
    assert world.balances()[Account.REFUNDS_IN_TRANSIT] == FEE
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert world.desk.effects == []
    assert world.desk.told[-1] == ("A1", Progress.REFUNDED, "expired")
    assert "payment.late" in world.security_events()
    world.assert_at_rest()


def test_15_money_for_an_abandoned_sale_goes_back(world: World) -> None:
    payment = world.opened()
    world.abandon(payment)
    world.wallet.pay(payment.merchant_order_no)
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert world.payment(payment.payment_id).fulfilment is Fulfilment.REFUSED
    assert world.desk.effects == []
    world.assert_at_rest()


def test_an_abandoned_unpaid_sale_is_closed_at_the_wallet_first(world: World) -> None:
    payment = world.opened()
    world.abandon(payment)
    world.drain(timedelta(seconds=1))
    assert world.situation(payment) is Situation.CLOSED
    assert world.wallet.trade(payment.merchant_order_no).status == "closed"


def test_a_sale_abandoned_before_the_wallet_heard_of_it_never_reaches_the_wallet(world: World) -> None:
    payment_id = world.open()
    world.abandon(world.payment(payment_id))
    world.drain()
    assert world.wallet.orders == {}
    assert world.payment(payment_id).collection is Collection.CLOSED
    [creation] = [effect for effect in world.effects() if effect.kind == "wallet.create"]
    assert (creation.state, creation.attempts) == (EffectState.REFUSED, 0)


def test_16_when_the_slot_is_gone_the_money_goes_back(world: World) -> None:
    world.desk.line.will("fulfil", Reason.SLOT_TAKEN)
    payment = world.paid()
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert world.payment(payment.payment_id).reason == "slot_taken"
    assert world.desk.effects == []
    world.assert_at_rest()


def test_16_whoever_has_the_place_by_now_keeps_it_when_money_for_it_comes_late(world: World) -> None:
    late = world.opened("first")
    world.drain()
    holder = world.fulfilled("second")
    world.wallet.pay(late.merchant_order_no)
    world.notify(late)
    world.drain()
    assert (world.situation(late), world.situation(holder)) == (Situation.REFUNDED, Situation.DONE)
    assert [entry.serial for entry in world.desk.effects] == [holder.payment_id]
    assert world.desk.told[-1] == ("first", Progress.REFUNDED, "expired")
    world.assert_at_rest()


def test_14_an_order_given_up_while_the_wallet_is_just_asked_for_it_is_closed_there_too(world: World) -> None:
    """The wallet does not know it yet: to take that for its end would leave an order open that nobody watches."""
    payment_id = world.open()
    asked = iter([True])

    def meanwhile() -> None:
        if next(asked, False):
            world.abandon(world.payment(payment_id))
            with pytest.raises(Again):
                close_order(world.context, payment_id)

    world.wallet.line.tap = meanwhile
    world.run()
    world.drain()
    payment = world.payment(payment_id)
    assert world.wallet.trade(payment.merchant_order_no).status == "closed"
    assert world.situation(payment) is Situation.CLOSED
    world.assert_at_rest()


@pytest.mark.parametrize("answer", [Reason.NOT_FOUND, Reason.ALREADY_PAID])
def test_14_a_question_that_is_refused_while_closing_does_not_end_the_closing(world: World, answer: Reason) -> None:
    payment = world.opened()
    world.clock.advance(HALF_AN_HOUR)
    world.wallet.line.will("close", answer)
    world.wallet.line.will("query", Reason.OTHER)
    world.drain()
    assert world.situation(payment) is Situation.CLOSED
    assert world.desk.told == [("A1", Progress.EXPIRED, "expired")]
    world.assert_at_rest()
