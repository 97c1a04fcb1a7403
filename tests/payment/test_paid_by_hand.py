"""Money that the hospital has paid out by itself: no bill has it, and the comparison says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from adapters.refund_limits import WECHAT
from adapters.values import EntryKind
from hospital_bridge.payment.model import Payment, Route
from hospital_bridge.store.differences import Finding, Progress
from hospital_bridge.store.reconciliation import RunState
from tests.payment.test_reconciling import ONE, reconcile
from tests.payment.test_staff_refunds import approved, asked, wish
from tests.payment.test_statements import drafted
from tests.payment.world import ACCOUNT, FEE, OPERATOR, World

LATER = date(2027, 11, 23)
BY_HAND = (Finding.PAID_BY_HAND, EntryKind.REFUND, FEE, Progress.EXPLAINED, "at_the_counter")


@pytest.fixture
def by_hand(world: World) -> Payment:
    """A payment of a year ago that two people had paid out by hand."""
    world.wallet.limits = WECHAT
    payment = world.fulfilled()
    world.clock.advance(timedelta(days=365))
    approved(world, asked(world, wish(payment, FEE, route=Route.BY_HAND)), "zhao")
    world.drain()
    return payment


def told(world: World) -> list[tuple[object, ...]]:
    with world.store.read(OPERATOR) as work:
        return [
            (one.finding, one.kind, one.ours_fen, one.progress, one.explanation)
            for one in work.differences.of(ACCOUNT, LATER)
        ]


@pytest.mark.parametrize("beside", [0, 1], ids=["the bill is empty", "beside another payment"])
@pytest.mark.parametrize("age", [0, 2], ids=["at once", "settled"])
def test_a_refund_by_hand_is_explained_from_the_first_and_no_short_money(
    world: World, by_hand: Payment, beside: int, age: int
) -> None:
    for number in range(beside):
        world.fulfilled(f"B{number}")
    world.clock.advance(age * ONE)
    for _ in range(2):
        run = reconcile(world, LATER)
        assert (run.state, run.unexplained_fen, run.matched) == (RunState.DONE, 0, beside)
        assert (run.ledger_fen, run.wallet_fen) == ((beside - 1) * FEE, beside * FEE)
        assert told(world) == [BY_HAND]
    [account] = drafted(world, LATER)["accounts"]
    [shown] = account["differences"]
    assert (shown["finding"], shown["explanation"], shown["ours_fen"]) == ("paid_by_hand", "at_the_counter", FEE)
    assert by_hand.payment_id


def test_a_refund_in_the_console_of_the_same_sum_is_not_taken_for_the_one_by_hand(
    world: World, by_hand: Payment
) -> None:
    order = world.wallet.orders[by_hand.merchant_order_no]
    order.order = replace(order.order, amount_fen=FEE)
    world.wallet.refund_in_console(by_hand.merchant_order_no, FEE)
    run = reconcile(world, LATER)
    assert run.unexplained_fen == FEE, "the payer has the money twice"
    assert {finding for finding, *_ in told(world)} == {Finding.PAID_BY_HAND, Finding.WALLET_ONLY}
