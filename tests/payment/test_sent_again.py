"""Money that the wallet refused to give back is sent again: once for all that is owed, and for what it was owed."""

from __future__ import annotations

import pytest

from adapters.errors import Reason
from adapters.values import Fen
from hospital_bridge.payment.flows.decide import Looked, decide_refund_again
from hospital_bridge.payment.flows.staff_refund import CannotRefund, Obstacle
from hospital_bridge.payment.model import Payment, RefundReason, RefundRequest, Route
from hospital_bridge.store.refund_requests import RefundRequests
from tests.payment.test_owed_back import owed
from tests.payment.test_staff_refunds import LARGE, approved, asked, refunds, wish
from tests.payment.world import OPERATOR, World

PART = 450


def again(world: World, payment: Payment) -> None:
    with world.store.begin(OPERATOR) as work:
        decide_refund_again(world.context, work, payment.payment_id, Looked("li", proved=True))


def reasons(world: World, payment: Payment) -> list[str]:
    with world.store.read(OPERATOR) as work:
        return [each.reason for each in work.refunds.of(payment.payment_id)]


def given_back(world: World, payment: Payment, fen: int, reason: str) -> None:
    """Not by a person's word: a rule of the vertical's."""
    with world.store.begin(OPERATOR) as work:
        assert world.payments(work).refund_part(payment.payment_id, Fen(fen), reason)


def waiting(world: World) -> RefundRequest:
    with world.store.read(OPERATOR) as work:
        (request,) = RefundRequests(work).waiting()
    return request


def test_a_part_that_the_wallet_refuses_again_and_again_is_owed_once(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", *[Reason.NOT_ALLOWED] * 3)
    asked(world, wish(payment, PART))
    world.drain()
    for _ in range(2):
        assert owed(world, payment) == PART
        again(world, payment)
        assert owed(world, payment) == 0
        world.drain()
    assert owed(world, payment) == PART
    again(world, payment)
    world.drain()
    assert (world.payment(payment.payment_id).refunded_fen, owed(world, payment)) == (PART, 0)
    assert refunds(world, payment) == [PART] * 4
    world.assert_at_rest()


def test_what_is_asked_for_by_hand_in_its_place_and_refused_too_is_owed_once(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", *[Reason.NOT_ALLOWED] * 2)
    asked(world, wish(payment, PART))
    world.drain()
    asked(world, wish(payment, PART, "k2"))
    world.drain()
    assert owed(world, payment) == PART


def test_another_wish_that_was_begun_before_the_refusal_stands_beside_it(world: World) -> None:
    """Each was asked for by itself: what became of one says nothing of the other."""
    payment = world.fulfilled()
    world.wallet.line.will("refund", *[Reason.NOT_ALLOWED] * 2)
    asked(world, wish(payment, PART))
    asked(world, wish(payment, 100, "k2"))
    world.drain()
    assert owed(world, payment) == PART + 100


def test_what_is_sent_again_keeps_the_reason_for_which_it_was_to_go_back(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    asked(world, wish(payment, PART, reason=RefundReason.PAID_TWICE))
    world.drain()
    again(world, payment)
    assert reasons(world, payment) == [RefundReason.PAID_TWICE] * 2


@pytest.mark.parametrize(
    ("standing", "told"),
    [("deposit_surplus", RefundReason.REFUSED_BEFORE), (RefundReason.PAYER_ASKS, RefundReason.PAYER_ASKS)],
)
def test_the_second_person_reads_why_it_was_to_go_back(world: World, standing: str, told: RefundReason) -> None:
    payment = world.fulfilled(amount=2 * LARGE)
    world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    given_back(world, payment, LARGE, standing)
    world.drain()
    again(world, payment)
    assert waiting(world).reason is told
    approved(world, waiting(world), "chen")
    assert reasons(world, payment) == [standing] * 2


def test_what_came_back_meanwhile_is_not_sent_again_by_a_second_persons_word(world: World) -> None:
    payment = world.fulfilled(amount=3 * LARGE)
    world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    given_back(world, payment, LARGE, "deposit_surplus")
    world.drain()
    again(world, payment)
    world.wallet.refund_in_console(payment.merchant_order_no, LARGE)
    world.notify(payment)
    assert owed(world, payment) == 0
    with pytest.raises(CannotRefund) as refusal:
        approved(world, waiting(world), "chen")
    assert refusal.value.obstacle is Obstacle.OWED_NO_MORE
    world.drain()
    assert world.payment(payment.payment_id).refunded_fen == LARGE


def test_two_matters_of_a_vertical_that_the_wallet_refuses_are_owed_both(world: World) -> None:
    """Goods for 30 came back, and later others for 40."""
    payment = world.fulfilled()
    world.wallet.line.will("refund", *[Reason.NOT_ALLOWED] * 2)
    for fen in (30, 40):
        given_back(world, payment, fen, "returned")
        world.drain()
    assert owed(world, payment) == 70
    given_back(world, payment, 20, "returned")
    world.drain()
    assert owed(world, payment) == 70


def test_what_is_paid_out_in_the_place_of_what_the_wallet_refused_is_for_the_same_reason(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    given_back(world, payment, PART, "deposit_surplus")
    world.drain()
    asked(world, wish(payment, PART, reason=RefundReason.PAYER_ASKS))
    asked(world, wish(payment, 100, "k2", reason=RefundReason.PAYER_ASKS))
    assert reasons(world, payment) == ["deposit_surplus", "deposit_surplus", RefundReason.PAYER_ASKS]


def test_a_larger_sum_makes_good_what_was_refused_and_is_the_rest_besides(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    given_back(world, payment, PART, "deposit_surplus")
    world.drain()
    asked(world, wish(payment, PART + 100, reason=RefundReason.PAYER_ASKS))
    assert reasons(world, payment) == ["deposit_surplus", "deposit_surplus", RefundReason.PAYER_ASKS]
    world.drain()
    assert (world.payment(payment.payment_id).refunded_fen, owed(world, payment)) == (PART + 100, 0)
    world.assert_at_rest()


def test_what_is_paid_out_by_hand_for_two_reasons_is_one_payout(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    given_back(world, payment, PART, "deposit_surplus")
    world.drain()
    wanted = wish(payment, PART + 100, reason=RefundReason.PAYER_ASKS, route=Route.BY_HAND)
    approved(world, asked(world, wanted), "chen")
    assert refunds(world, payment) == [PART, PART + 100]
    world.wallet.refund_in_console(payment.merchant_order_no, 200)
    assert world.notify(payment) == b"success"
    assert (world.payment(payment.payment_id).refunded_fen, owed(world, payment)) == (PART + 300, 0)


def test_by_hand_is_offered_while_something_is_owed_that_the_wallet_refused(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    given_back(world, payment, PART, "deposit_surplus")
    given_back(world, payment, 100, "returned")
    world.drain()
    assert (world.payment(payment.payment_id).refunded_fen, owed(world, payment)) == (100, PART)
    approved(world, asked(world, wish(payment, PART, route=Route.BY_HAND)), "chen")
    assert owed(world, payment) == 0
