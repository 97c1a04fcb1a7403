"""A wallet says no to a refund: what gives the refund up, what is repeated, and what the no may hide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.errors import Reason
from adapters.values import EntryKind, Fen
from hospital_bridge.payment.flows.decide import Looked, decide_refund_again
from hospital_bridge.payment.flows.send_refund import FIRM
from hospital_bridge.payment.flows.staff_refund import CannotRefund
from hospital_bridge.payment.model import EffectState, Payment, RefundState, Situation
from tests.payment.faults import Fault
from tests.payment.world import FEE, World

PART = Fen(500)


def states(world: World, payment: Payment) -> list[RefundState]:
    with world.store.read("h1") as work:
        return [refund.state for refund in work.refunds.of(payment.payment_id)]


@pytest.mark.parametrize("reason", sorted(set(Reason) - FIRM))
def test_a_no_that_can_be_put_right_is_asked_again_and_says_why_it_waits(world: World, reason: Reason) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", *[reason] * 3)
    world.refund_all(payment)
    world.run()
    [waiting] = [effect for effect in world.effects() if not effect.is_over]
    assert (waiting.state, waiting.reason, waiting.native_code) == (EffectState.INTENDED, reason.value, "N1")
    assert world.situation(payment) is Situation.REFUNDING
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert states(world, payment) == [RefundState.REFUNDED]
    world.assert_at_rest()


@pytest.mark.parametrize("reason", sorted(FIRM))
def test_a_no_of_the_trade_itself_gives_the_refund_up(world: World, reason: Reason) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", reason)
    world.refund_all(payment)
    world.drain()
    assert states(world, payment) == [RefundState.VOID]
    assert world.situation(payment) is Situation.DONE
    world.assert_at_rest()


def test_money_given_back_by_hand_before_our_own_refund_left_is_in_the_books(world: World) -> None:
    payment = world.fulfilled()
    world.refund_all(payment)
    world.wallet.refund_in_console(payment.merchant_order_no, FEE)
    assert world.notify(payment) == b"success"
    world.drain()
    assert states(world, payment) == [RefundState.VOID, RefundState.REFUNDED]
    assert world.situation(payment) is Situation.REFUNDED
    assert world.desk.booked(EntryKind.REFUND) == [FEE]
    world.assert_at_rest()


def test_a_part_given_back_by_hand_before_our_own_refund_left_makes_ours_smaller(world: World) -> None:
    payment = world.fulfilled()
    world.refund_all(payment)
    world.wallet.refund_in_console(payment.merchant_order_no, PART)
    world.drain()
    assert states(world, payment) == [RefundState.VOID, RefundState.REFUNDED, RefundState.REFUNDED]
    assert sorted(world.desk.booked(EntryKind.REFUND)) == sorted([PART, FEE - PART])
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()


@pytest.mark.parametrize("fault", [Fault.NOT_SENT, Fault.LOST_REPLY, Fault.FORGED_REPLY])
def test_what_the_no_hides_is_asked_for_until_the_wallet_tells(world: World, fault: Fault) -> None:
    payment = world.fulfilled()
    world.refund_all(payment)
    world.wallet.refund_in_console(payment.merchant_order_no, FEE)
    world.wallet.line.will("query", fault, fault)
    world.drain(timedelta(minutes=5))
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()


def take_out_of_use(world: World) -> None:
    world.context = replace(world.context, wallets={})


def test_a_refund_of_an_account_that_is_not_in_use_any_more_is_left_to_finance_at_once(world: World) -> None:
    payment = world.fulfilled()
    account = world.context
    take_out_of_use(world)
    world.refund_all(payment)
    world.drain()
    assert (states(world, payment), world.payment(payment.payment_id).refund_reserved_fen) == ([RefundState.VOID], 0)
    with world.store.begin("h1") as work, pytest.raises(CannotRefund, match="no_wallet"):
        decide_refund_again(world.context, work, payment.payment_id, Looked("staff-1"))
    world.context = account
    with world.store.begin("h1") as work:
        decide_refund_again(world.context, work, payment.payment_id, Looked("staff-1"))
    world.drain()
    assert states(world, payment) == [RefundState.VOID, RefundState.REFUNDED]
    world.assert_at_rest()


def test_a_refund_that_was_sent_before_its_account_went_is_asked_for_once_it_is_back(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Fault.LOST_REPLY)
    world.refund_all(payment)
    world.run()
    account = world.context
    take_out_of_use(world)
    world.drain(timedelta(hours=2))
    assert states(world, payment) == [RefundState.SENT]
    world.context = account
    world.drain()
    assert states(world, payment) == [RefundState.REFUNDED]
    world.assert_at_rest()
