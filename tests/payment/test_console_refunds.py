"""Somebody gives money back by hand in the wallet's console, at whatever moment of the payment's life."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.errors import Reason
from adapters.values import EntryKind, Fen
from hospital_bridge.payment.flows.refund import give_back
from hospital_bridge.payment.model import Fulfilment, Situation
from hospital_bridge.slot import FulfilMode, Progress
from hospital_bridge.store.unit_of_work import Store
from tests.payment.desk import Desk
from tests.payment.faults import Fault
from tests.payment.world import FEE, OPERATOR, World
from tests.steered import FakeClock

PART = Fen(250)


def waiting(world: World, *faults: Fault) -> str:
    """The id of a payment that is paid and that the hospital has not booked yet."""
    world.desk.line.will("fulfil", *faults)
    payment = world.paid()
    world.run()
    return payment.payment_id


def give_back_by_hand(world: World, payment_id: str, amount: int) -> None:
    payment = world.payment(payment_id)
    world.wallet.refund_in_console(payment.merchant_order_no, amount)
    assert world.notify(payment) == b"success"


def test_money_that_is_back_before_the_booking_is_never_booked(world: World) -> None:
    payment_id = waiting(world, *[Fault.NOT_SENT] * 5)
    give_back_by_hand(world, payment_id, FEE)
    assert world.payment(payment_id).fulfilment is Fulfilment.REFUSED
    assert world.desk.progress_of("A1") == [Progress.COLLECTED, Progress.REFUSED, Progress.REFUNDED]
    world.drain()
    assert world.desk.effects == []
    assert world.situation(world.payment(payment_id)) is Situation.REFUNDED
    world.assert_at_rest()


def test_a_part_that_is_back_before_the_booking_takes_the_rest_with_it(world: World) -> None:
    payment_id = waiting(world, *[Fault.NOT_SENT] * 5)
    give_back_by_hand(world, payment_id, PART)
    world.drain()
    assert world.desk.effects == []
    assert world.payment(payment_id).refunded_fen == FEE
    assert world.desk.progress_of("A1") == [Progress.COLLECTED, Progress.REFUSED, Progress.REFUNDED]
    world.assert_at_rest()


@pytest.mark.parametrize("amount", [PART, FEE])
@pytest.mark.parametrize("mode", [FulfilMode.QUERYABLE, FulfilMode.IDEMPOTENT])
def test_a_booking_that_was_on_its_way_is_reversed_for_what_is_back(
    store: Store, clock: FakeClock, mode: FulfilMode, amount: Fen
) -> None:
    world = World(store, clock, Desk(mode))
    payment_id = waiting(world, Fault.LOST_REPLY)
    give_back_by_hand(world, payment_id, amount)
    assert world.payment(payment_id).fulfilment is Fulfilment.PENDING
    world.drain()
    assert world.desk.booked(EntryKind.PAYMENT) == [FEE]
    assert world.desk.booked(EntryKind.REFUND) == [amount]
    assert (Progress.REFUNDED in world.desk.progress_of("A1")[2:]) == (amount == FEE)
    world.assert_at_rest()


def test_a_booking_that_was_on_its_way_and_never_arrived_is_not_repeated(world: World) -> None:
    payment_id = waiting(world, Fault.LOST_REQUEST)
    give_back_by_hand(world, payment_id, FEE)
    world.drain()
    assert world.desk.effects == []
    assert world.payment(payment_id).fulfilment is Fulfilment.REFUSED
    world.assert_at_rest()


def test_a_wrong_booking_that_was_on_its_way_is_reversed_once_and_whole(world: World) -> None:
    world.desk.books_wrongly_by = 1
    payment_id = waiting(world, Fault.LOST_REPLY)
    give_back_by_hand(world, payment_id, PART)
    give_back_by_hand(world, payment_id, FEE - PART)
    world.drain()
    assert world.desk.booked(EntryKind.REFUND) == [FEE + 1]
    world.assert_at_rest()


def test_the_wish_for_the_rest_outlives_a_part_that_is_given_back(world: World) -> None:
    payment_id = waiting(world, Fault.LOST_REPLY)
    world.refund_all(world.payment(payment_id))
    give_back_by_hand(world, payment_id, PART)
    world.drain()
    assert world.situation(world.payment(payment_id)) is Situation.REFUNDED
    assert sorted(world.desk.booked(EntryKind.REFUND)) == [PART, FEE - PART]
    world.assert_at_rest()


def test_a_wish_that_the_console_has_granted_is_over(world: World) -> None:
    payment_id = waiting(world, *[Fault.NOT_SENT] * 5)
    world.refund_all(world.payment(payment_id))
    give_back_by_hand(world, payment_id, FEE)
    world.drain(timedelta(hours=1))
    assert world.situation(world.payment(payment_id)) is Situation.REFUNDED
    world.assert_at_rest()


def test_the_vertical_is_told_when_a_fulfilled_sale_has_lost_all_its_money(world: World) -> None:
    payment = world.fulfilled()
    give_back_by_hand(world, payment.payment_id, PART)
    world.drain()
    assert world.desk.progress_of("A1") == [Progress.COLLECTED, Progress.FULFILLED]
    give_back_by_hand(world, payment.payment_id, FEE - PART)
    world.drain()
    assert world.desk.told[-1] == ("A1", Progress.REFUNDED, "made at the wallet")
    world.assert_at_rest()


def test_a_wrong_booking_is_reversed_once_however_many_refunds_follow(world: World) -> None:
    world.desk.books_wrongly_by = 1
    payment = world.paid()
    world.wallet.line.will("refund", Reason.OVER_LIMIT)
    world.drain()
    give_back_by_hand(world, payment.payment_id, PART)
    give_back_by_hand(world, payment.payment_id, FEE - PART)
    world.drain()
    assert world.desk.booked(EntryKind.REFUND) == [FEE + 1]
    world.assert_at_rest()


def test_what_is_left_goes_back_also_where_another_refund_is_under_way_when_the_console_is_heard_of(
    world: World,
) -> None:
    """Seed 7665: a cashier's refund was on its way, and nobody came back to the rest when it had ended."""
    world.desk.line.will("fulfil", Reason.CLOSED)
    world.wallet.line.will("query", *[Fault.LOST_REQUEST] * 3)
    payment = world.paid()
    world.wallet.refund_in_console(payment.merchant_order_no, PART)
    world.run()
    assert world.payment(payment.payment_id).refundable_fen == FEE, "the wallet has refused all of it"
    with world.store.begin(OPERATOR) as work:
        give_back(world.context, work, work.payments.get(payment.payment_id, lock=True), "paid_twice", Fen(100))
    assert world.notify(payment) == b"success"
    world.drain()
    assert world.payment(payment.payment_id).refunded_fen == FEE
    assert world.situation(world.payment(payment.payment_id)) is Situation.REFUNDED
    world.assert_at_rest()
