"""Refunds made in the wallet's console meet the wallet's bill: known by the wallet's number, on whichever day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.values import EntryKind, Fen, RefundAnswer, RefundStatus
from hospital_bridge.order_desk import OrderDesk
from hospital_bridge.payment.model import Fulfilment, Payment, Refund, RefundState, Situation
from hospital_bridge.payment.reconcile import ask_for_reconciliation
from hospital_bridge.payment.reconcile.run import reconcile_job
from hospital_bridge.store.differences import Clue, Finding, Progress
from hospital_bridge.web.order_reads import Sought
from tests.payment.faults import Fault
from tests.payment.test_reconciling import DAY, ONE, found, reconcile
from tests.payment.world import ACCOUNT, FEE, OPERATOR, World

BEFORE_MIDNIGHT = datetime(2026, 11, 23, 15, 59, 55, tzinfo=UTC)
A_MOMENT = timedelta(seconds=10)
MORNING = timedelta(hours=10)


def refunds(world: World, payment: Payment) -> list[Refund]:
    with world.store.read(OPERATOR) as work:
        return list(work.refunds.of(payment.payment_id))


def clues(world: World) -> list[str]:
    with world.store.read(OPERATOR) as work:
        return [one.difference.clue for one in work.differences.open()]


@pytest.fixture
def heard_after_midnight(world: World) -> Payment:
    """Given back in the console just before midnight; the notice comes just after it."""
    payment = world.fulfilled()
    world.clock.advance(BEFORE_MIDNIGHT - world.clock.now())
    world.wallet.refund_in_console(payment.merchant_order_no, 300)
    world.clock.advance(A_MOMENT)
    world.notify(payment)
    world.drain(timedelta(minutes=1))
    return payment


@pytest.mark.parametrize("order", [(DAY, DAY + ONE), (DAY + ONE, DAY)], ids=["in order", "next day first"])
def test_a_console_refund_that_we_hear_of_after_midnight_is_one_refund_in_both_books(
    world: World, heard_after_midnight: Payment, order: tuple[datetime, datetime]
) -> None:
    world.clock.advance(ONE + MORNING)
    for day in order:
        reconcile_job(world.context, f"{ACCOUNT}:{day}")
    [refund] = refunds(world, heard_after_midnight)
    assert (refund.is_adopted, refund.wallet_refund_no, refund.amount_fen) == (True, "console-0", 300)
    [sought] = OrderDesk(lambda _: world.context).find(OPERATOR, Sought("console-0"), by="s1")
    assert sought.payment_id == heard_after_midnight.payment_id
    assert (Finding.TIMING, Progress.CLEARED) in found(world)
    for day in order:
        assert Progress.OPEN not in {progress for _, progress in found(world, day)}
        assert reconcile(world, day).unexplained_fen == 0
    world.assert_at_rest()


@pytest.mark.parametrize("order", [(DAY, DAY + ONE), (DAY + ONE, DAY)], ids=["in order", "next day first"])
@pytest.mark.parametrize(
    ("made", "told"),
    [((300, 200), (500,)), ((500,), (200, 500)), ((300, 200), (400, 500))],
    ids=["one", "two", "across"],
)
def test_what_was_told_after_midnight_in_other_sums_than_were_made_before_it_is_the_same_money(
    world: World, made: tuple[int, ...], told: tuple[int, ...], order: tuple[date, date]
) -> None:
    """The wallet tells the sum of all refunds at the time of a notice; only its bill tells them apart."""
    payment = world.fulfilled()
    world.clock.advance(BEFORE_MIDNIGHT - world.clock.now())
    for fen in made:
        world.wallet.refund_in_console(payment.merchant_order_no, fen)
    world.clock.advance(A_MOMENT)
    for so_far in told:
        world.notify(payment, refunded_fen=so_far)
    world.drain(timedelta(minutes=1))
    assert [one.amount_fen for one in refunds(world, payment)] != list(made)
    world.clock.advance(ONE + MORNING)
    for day in order:
        reconcile_job(world.context, f"{ACCOUNT}:{day}")
    for day in order:
        assert Progress.OPEN not in {progress for _, progress in found(world, day)}
        assert reconcile(world, day).unexplained_fen == 0
    world.clock.advance(2 * ONE)
    for day in order:
        assert reconcile(world, day).unexplained_fen == 0
    world.assert_at_rest()


def test_other_money_than_was_told_stays_a_difference_on_both_days(world: World) -> None:
    payment = world.fulfilled()
    world.clock.advance(BEFORE_MIDNIGHT - world.clock.now())
    world.wallet.refund_in_console(payment.merchant_order_no, 500)
    world.clock.advance(A_MOMENT)
    world.notify(payment, refunded_fen=200)
    world.drain(timedelta(minutes=1))
    world.clock.advance(3 * ONE + MORNING)
    assert [reconcile(world, day).unexplained_fen for day in (DAY, DAY + ONE)] == [500, 200]


def test_a_console_refund_that_nothing_told_of_is_asked_for_under_its_number_and_booked(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.refund_in_console(payment.merchant_order_no, 300)
    run = reconcile(world)
    assert (run.unexplained_fen, run.matched, run.ledger_fen) == (0, 2, FEE - 300)
    [refund] = refunds(world, payment)
    assert (refund.wallet_refund_no, refund.is_adopted) == ("console-0", True)
    assert world.wallet.line.calls.count("query_refund") == 1
    assert "refund.made_elsewhere" in world.security_events()
    world.drain()
    assert world.notify(payment) == b"success"  # The notice comes after all, and tells nothing new.
    world.drain()
    assert world.desk.booked(EntryKind.REFUND) == [300]
    assert reconcile(world).unexplained_fen == 0
    world.assert_at_rest()


def test_one_that_a_notice_told_of_is_named_and_only_the_other_is_asked_for(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.refund_in_console(payment.merchant_order_no, 200)
    world.wallet.refund_in_console(payment.merchant_order_no, 300)
    standing = world.wallet.orders[payment.merchant_order_no]
    told_later = standing.refunds.pop("console-0")
    world.notify(payment)
    standing.refunds["console-0"] = told_later
    assert reconcile(world).unexplained_fen == 0
    told = sorted((one.wallet_refund_no, int(one.amount_fen)) for one in refunds(world, payment))
    assert told == [("console-0", 200), ("console-1", 300)]
    assert world.wallet.line.calls.count("query_refund") == 1
    world.drain()
    world.assert_at_rest()


def test_all_of_one_order_are_booked_before_its_rest_is_given_back(world: World) -> None:
    """Seed 1313 of the simulation: a rest that still held the second one would have been refused once more."""
    payment = world.fulfilled()
    world.wallet.query_tells_refunds = False
    for part in (300, 200):
        world.wallet.refund_in_console(payment.merchant_order_no, part)
    world.refund_all(payment)
    world.drain()
    assert reconcile(world).unexplained_fen == 0
    world.drain()
    told = [(int(one.amount_fen), one.state) for one in refunds(world, payment)]
    back = RefundState.REFUNDED
    assert told == [(FEE, RefundState.VOID), (300, back), (200, back), (FEE - 500, back)]
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()


def test_all_of_it_back_before_the_booking_is_never_booked(world: World) -> None:
    world.desk.line.will("fulfil", *[Fault.NOT_SENT] * 5)
    payment = world.paid()
    world.run()
    world.wallet.refund_in_console(payment.merchant_order_no, FEE)
    reconcile(world)
    assert world.payment(payment.payment_id).fulfilment is Fulfilment.REFUSED
    world.drain()
    assert (world.situation(payment), world.desk.effects) == (Situation.REFUNDED, [])
    world.assert_at_rest()


@pytest.mark.parametrize("fault", [Fault.NOT_SENT, Fault.LOST_REPLY, Fault.GARBLED_REPLY])
def test_what_the_wallet_does_not_answer_stays_an_exception_and_is_asked_again(world: World, fault: Fault) -> None:
    payment = world.fulfilled()
    for _ in range(2):
        world.wallet.refund_in_console(payment.merchant_order_no, 300)
    world.wallet.line.will("query_refund", fault)
    assert reconcile(world).unexplained_fen == 600
    assert (clues(world), world.wallet.line.calls.count("query_refund")) == ([Clue.OURS] * 2, 1)
    world.clock.advance(ONE)
    with world.store.begin(OPERATOR) as work:
        ask_for_reconciliation(world.context, work, DAY + ONE)
    world.drain(2 * ONE)
    only_told = [progress for finding, progress in found(world) if finding is Finding.WALLET_ONLY]
    assert only_told == [Progress.CLEARED] * 2
    world.assert_at_rest()


@pytest.mark.parametrize(
    "answer",
    [RefundStatus.ABSENT, RefundStatus.PROCESSING, RefundStatus.DONE],
    ids=["unknown to it", "not through", "another sum"],
)
def test_what_the_wallet_does_not_confirm_is_not_booked(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: RefundStatus
) -> None:
    payment = world.fulfilled()
    world.wallet.refund_in_console(payment.merchant_order_no, 300)
    monkeypatch.setattr(world.wallet, "query_refund", lambda _, number: RefundAnswer(number, answer, Fen(299)))
    assert reconcile(world).unexplained_fen == 300
    assert (refunds(world, payment), clues(world)) == ([], [Clue.OURS])


def test_a_notice_that_comes_while_we_ask_books_it_once(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.refund_in_console(payment.merchant_order_no, 300)

    def meanwhile() -> None:
        world.wallet.line.tap = lambda: None
        world.notify(payment)

    world.wallet.line.tap = meanwhile
    reconcile(world)
    assert [one.amount_fen for one in refunds(world, payment)] == [300]
    assert reconcile(world).unexplained_fen == 0
    assert [one.wallet_refund_no for one in refunds(world, payment)] == ["console-0"]


def test_money_that_our_own_refund_holds_is_not_booked_as_the_consoles(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", *[Fault.NOT_SENT] * 3)
    world.refund_all(payment)
    world.run()
    world.wallet.refund_in_console(payment.merchant_order_no, FEE)
    assert reconcile(world).unexplained_fen == FEE
    world.drain()
    assert world.payment(payment.payment_id).refunded_fen == FEE
    assert reconcile(world).unexplained_fen == 0
    world.assert_at_rest()


def test_a_refund_that_is_known_under_another_day_explains_none_of_this_day(world: World) -> None:
    """Our own refund of the same sum, which the wallet confirmed and whose line its bill lost, is not the console's."""
    payment = world.fulfilled()
    with world.store.begin(OPERATOR) as work:
        assert world.payments(work).refund_part(payment.payment_id, Fen(300), "cancelled")
    world.drain(timedelta(minutes=1))
    [ours] = refunds(world, payment)
    world.clock.advance(BEFORE_MIDNIGHT - world.clock.now())
    world.wallet.refund_in_console(payment.merchant_order_no, 300)
    world.clock.advance(A_MOMENT)
    world.notify(payment)
    world.drain(timedelta(minutes=1))
    del world.wallet.orders[payment.merchant_order_no].refunds[ours.refund_no]
    reconcile(world)
    assert found(world) == [(Finding.TIMING, Progress.OPEN), (Finding.TIMING, Progress.CLEARED)]
    world.clock.advance(2 * ONE)
    assert reconcile(world).unexplained_fen == 300
    assert (Finding.LEDGER_ONLY, Progress.OPEN) in found(world)
