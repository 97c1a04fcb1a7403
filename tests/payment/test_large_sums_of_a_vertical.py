"""Staff on a vertical's page give small sums back alone; a large one, also in parts, is for the finance console."""

from __future__ import annotations

import pytest

from adapters.values import Fen
from hospital_bridge.payment.flows.staff_refund import CannotRefund, Obstacle, Wish, ask
from hospital_bridge.payment.model import Payment, RefundReason, RequestState
from hospital_bridge.settings.model import SECOND_PERSON_FROM
from hospital_bridge.slot import NeedsSecondPerson
from tests.payment.world import OPERATOR, World

HALF = Fen(SECOND_PERSON_FROM // 2)


def give_part(world: World, payment_id: str, amount: int, command_key: str = "") -> bool:
    with world.store.begin(OPERATOR) as work:
        return world.payments(work).refund_part(payment_id, Fen(amount), "returned", command_key, by_staff=True)


def give_all(world: World, payment_id: str, *, by_staff: bool = True) -> None:
    with world.store.begin(OPERATOR) as work:
        world.payments(work).refund_all(payment_id, "returned", by_staff=by_staff)


def asked_for(world: World, payment: Payment, amount: int, *, proved: bool) -> RequestState:
    """What becomes of a wish on the page of finance."""
    wish = Wish(payment.payment_id, Fen(amount), RefundReason.NOT_DONE, "li", payment.payment_id, proved=proved)
    with world.store.begin(OPERATOR) as work:
        return ask(world.context, work, wish).state


def test_a_large_sum_is_not_given_back_alone_nor_cut_up_nor_is_anything_written(world: World) -> None:
    payment = world.fulfilled(amount=SECOND_PERSON_FROM)
    with pytest.raises(NeedsSecondPerson):
        give_all(world, payment.payment_id)
    assert give_part(world, payment.payment_id, HALF, "key-1")
    for rest in (HALF, SECOND_PERSON_FROM - HALF):
        with pytest.raises(NeedsSecondPerson):
            give_part(world, payment.payment_id, rest)
    with pytest.raises(NeedsSecondPerson):
        give_all(world, payment.payment_id)
    assert give_part(world, payment.payment_id, HALF, "key-1"), "a request that has done its work is told so"
    world.drain()
    assert world.payment(payment.payment_id).refunded_fen == HALF
    world.assert_at_rest()


def test_a_fen_less_is_given_back_and_what_the_vertical_itself_gives_back_knows_no_bound(world: World) -> None:
    small = world.fulfilled("A1", amount=SECOND_PERSON_FROM - 1)
    large = world.fulfilled("A2", amount=SECOND_PERSON_FROM)
    give_all(world, small.payment_id)
    give_all(world, large.payment_id, by_staff=False)
    world.drain()
    refunded = [world.payment(each.payment_id).refunded_fen for each in (small, large)]
    assert refunded == [SECOND_PERSON_FROM - 1, SECOND_PERSON_FROM]
    world.assert_at_rest()


def test_no_large_sum_is_cut_up_between_a_vertical_s_page_and_that_of_finance(world: World) -> None:
    """Through one door half of it, through the other the rest: whichever comes last is one person's no more."""
    first, second = (world.fulfilled(name, amount=SECOND_PERSON_FROM) for name in ("A1", "A2"))
    assert give_part(world, first.payment_id, HALF)
    with pytest.raises(CannotRefund) as refusal:
        asked_for(world, first, SECOND_PERSON_FROM - HALF, proved=False)
    assert refusal.value.obstacle is Obstacle.NOT_PROVED
    assert asked_for(world, first, SECOND_PERSON_FROM - HALF, proved=True) is RequestState.WAITING
    assert asked_for(world, second, HALF, proved=False) is RequestState.APPROVED
    with pytest.raises(NeedsSecondPerson):
        give_part(world, second.payment_id, SECOND_PERSON_FROM - HALF)
    world.drain()
    assert [world.payment(each.payment_id).refunded_fen for each in (first, second)] == [HALF, HALF]


def test_what_was_given_back_in_the_wallet_s_console_counts_too(world: World) -> None:
    payment = world.fulfilled(amount=SECOND_PERSON_FROM)
    world.wallet.refund_in_console(payment.merchant_order_no, HALF)
    assert world.notify(payment) == b"success"
    assert asked_for(world, payment, SECOND_PERSON_FROM - HALF, proved=True) is RequestState.WAITING
