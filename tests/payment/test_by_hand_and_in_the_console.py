"""Money is paid out by hand while somebody refunds it in the wallet's console: who has it twice is heard of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.refund_limits import RefundLimits
from adapters.values import EntryKind
from hospital_bridge.money_rows import money_rows
from hospital_bridge.payment.flows import decide
from hospital_bridge.payment.flows.staff_refund import CannotRefund, Obstacle, may_go_by_hand
from hospital_bridge.payment.model import Payment, RefundState, Route
from hospital_bridge.store.differences import Finding
from hospital_bridge.web.finance_reads import Decision
from tests.payment.faults import Fault
from tests.payment.test_reconciling import DAY, ONE, differences, reconcile
from tests.payment.test_staff_refunds import approved, asked, refused, wish
from tests.payment.world import FEE, OPERATOR, World

BEYOND = "refund.beyond_collected"
TAKES_NOTHING_BACK = RefundLimits(spacing=timedelta(0), window=timedelta(0))


def by_hand(world: World, payment: Payment, fen: int) -> None:
    """Two people have it paid out, for the wallet takes it back no more."""
    world.wallet.limits = TAKES_NOTHING_BACK
    approved(world, asked(world, wish(payment, fen, route=Route.BY_HAND)), "zhao")
    world.drain()


def in_console(world: World, payment: Payment, fen: int) -> None:
    """The wallet's notice of it comes after the hand has paid."""
    world.wallet.refund_in_console(payment.merchant_order_no, fen)
    assert world.notify(payment) == b"success"
    world.drain()


def refunds(world: World, payment: Payment) -> list[tuple[int, bool]]:
    with world.store.read(OPERATOR) as work:
        return [(each.amount_fen, each.is_adopted) for each in work.refunds.of(payment.payment_id)]


def test_a_refund_in_the_console_beside_one_by_hand_is_adopted(world: World) -> None:
    payment = world.fulfilled()
    by_hand(world, payment, 450)
    in_console(world, payment, 700)
    assert refunds(world, payment) == [(450, False), (700, True)]
    assert world.payment(payment.payment_id).refunded_fen == 1_150
    assert BEYOND not in world.security_events()
    world.assert_books_are_sound()


@pytest.mark.parametrize(("hand", "console", "adopted"), [(FEE, FEE, 0), (600, 800, FEE - 600), (FEE, 1, 0)])
def test_who_has_more_than_was_paid_is_heard_of_at_once_and_on_the_bill(
    world: World, hand: int, console: int, adopted: int
) -> None:
    payment = world.fulfilled()
    by_hand(world, payment, hand)
    in_console(world, payment, console)
    assert sum(fen for fen, is_adopted in refunds(world, payment) if is_adopted) == adopted
    assert world.payment(payment.payment_id).refunded_fen == FEE
    assert world.security_events().count(BEYOND) == 1
    world.assert_books_are_sound()
    world.clock.advance(2 * ONE)
    run = reconcile(world, DAY)
    assert run.unexplained_fen >= console - adopted
    found = {(one.finding, one.kind) for one in differences(world)}
    assert found >= {(Finding.PAID_BY_HAND, EntryKind.REFUND), (Finding.WALLET_ONLY, EntryKind.REFUND)}


def test_a_repeated_notice_of_what_is_known_says_nothing_new(world: World) -> None:
    payment = world.fulfilled()
    by_hand(world, payment, 450)
    in_console(world, payment, 800)
    before = world.security_events()
    assert world.notify(payment) == b"success"
    assert (world.security_events(), refunds(world, payment)) == (before, [(450, False), (800, True)])


@pytest.fixture
def unexplained(world: World) -> Payment:
    """Refunded in the console without a notice; ours was refused, and the wallet cannot be asked why yet."""
    payment = world.fulfilled()
    world.wallet.refund_in_console(payment.merchant_order_no, FEE)
    world.wallet.line.will("query", *[Fault.NOT_SENT] * 3)
    world.refund_all(payment)
    world.run()
    with world.store.read(OPERATOR) as work:
        assert [each.state for each in work.refunds.of(payment.payment_id)] == [RefundState.VOID]
    return payment


@pytest.mark.parametrize("route", list(Route))
def test_nothing_goes_back_by_staff_while_the_wallet_is_asked_why_it_refused(
    world: World, unexplained: Payment, route: Route
) -> None:
    assert refused(world, wish(unexplained, FEE, route=route)) is Obstacle.ASKING_WHY
    world.drain()
    assert refused(world, wish(unexplained, FEE, "k2", route=route)) is Obstacle.NOTHING_LEFT
    assert refunds(world, unexplained) == [(FEE, False), (FEE, True)]
    world.assert_at_rest()


def test_sending_it_again_is_offered_once_the_wallet_has_told_why(world: World, unexplained: Payment) -> None:
    world.wallet.orders[unexplained.merchant_order_no].refunds.clear()
    with world.store.begin(OPERATOR) as work:
        assert not may_go_by_hand(world.context, work, unexplained)
        assert [row.decisions for row in money_rows(work)] == [()]
        with pytest.raises(CannotRefund, match=Obstacle.ASKING_WHY):
            decide.decide_refund_again(world.context, work, unexplained.payment_id, decide.Looked("li", proved=True))
    world.drain()
    with world.store.read(OPERATOR) as work:
        assert may_go_by_hand(world.context, work, unexplained)
        assert [row.decisions for row in money_rows(work)] == [(Decision.REFUND_AGAIN,)]


def test_a_second_person_cannot_approve_by_hand_what_is_asked_about_again(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.limits = TAKES_NOTHING_BACK
    request = asked(world, wish(payment, FEE, route=Route.BY_HAND))
    world.wallet.refund_in_console(payment.merchant_order_no, FEE)
    world.wallet.line.will("query", *[Fault.NOT_SENT] * 3)
    world.refund_all(payment)
    world.run()
    with pytest.raises(CannotRefund, match=Obstacle.ASKING_WHY):
        approved(world, request, "zhao")


def test_where_the_wallet_is_gone_nobody_can_be_asked_and_the_hand_may_pay(world: World, unexplained: Payment) -> None:
    world.wallet.orders[unexplained.merchant_order_no].refunds.clear()
    world.context = replace(world.context, wallets={})
    assert asked(world, wish(unexplained, FEE, route=Route.BY_HAND)).needs_second
