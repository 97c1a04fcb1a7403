"""Scenarios 30 to 34 of reference/reliability.md section 1: three books of one day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.errors import NoBill
from adapters.values import BillEntry, EntryKind, Fen
from hospital_bridge.payment.model import Situation
from hospital_bridge.payment.reconcile import ask_for_reconciliation, reconcile_day
from hospital_bridge.payment.reconcile.run import reconcile_job
from hospital_bridge.slot import SaleEntry
from hospital_bridge.store.differences import Difference, Finding, Progress
from hospital_bridge.store.jobs import Again
from hospital_bridge.store.reconciliation import Reconciliation, RunState
from tests.payment.faults import Fault
from tests.payment.wallet import InMemoryWallet
from tests.payment.world import ACCOUNT, FEE, World

DAY = date(2026, 11, 23)
ONE = timedelta(days=1)


def reconcile(world: World, day: date = DAY) -> Reconciliation:
    return reconcile_day(world.context, ACCOUNT, day)


def found(world: World, day: date = DAY) -> list[tuple[Finding, Progress]]:
    with world.store.read("h1") as work:
        return [(one.finding, one.progress) for one in work.differences.of(ACCOUNT, day)]


def test_a_day_on_which_all_went_well_has_no_difference(world: World) -> None:
    world.fulfilled("A1")
    cancelled = world.fulfilled("A2", 300)
    world.refund_all(cancelled)
    world.open("A3", 0)
    world.drain()
    run = reconcile(world)
    assert (run.state, run.unexplained_fen, run.matched) == (RunState.DONE, 0, 3)
    assert run.wallet_fen == run.ledger_fen == run.sale_fen == FEE
    assert found(world) == []


def test_30_a_trade_that_only_the_bill_knows_is_asked_for_and_settled(world: World) -> None:
    payment = world.opened()
    world.wallet.pay(payment.merchant_order_no)
    run = reconcile(world)
    assert run.unexplained_fen == 0
    assert world.situation(payment) is Situation.CONFIRMING
    assert found(world) == [(Finding.UNFULFILLED, Progress.OPEN)]
    world.drain()
    reconcile(world)
    assert found(world) == [(Finding.UNFULFILLED, Progress.CLEARED)]
    world.assert_at_rest()


def test_30_a_late_trade_that_only_the_bill_knows_is_refunded(world: World) -> None:
    payment = world.opened()
    world.drain()
    world.wallet.pay(payment.merchant_order_no)
    reconcile(world)
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert reconcile(world).unexplained_fen == 0


def test_30_a_trade_that_nobody_here_ordered_is_a_difference_with_an_owner(world: World) -> None:
    payment = world.fulfilled()
    stranger = replace(world.wallet.orders[payment.merchant_order_no].order, merchant_order_no="elsewhere")
    world.wallet.create(stranger)
    world.wallet.pay("elsewhere")
    assert reconcile(world).unexplained_fen == FEE
    with world.store.read("h1") as work:
        [one] = work.differences.open()
    difference = one.difference
    assert (difference.finding, difference.reference, difference.owner) == (Finding.WALLET_ONLY, "elsewhere", "finance")


def test_31_an_entry_that_only_the_ledger_knows_is_held_before_it_counts(world: World) -> None:
    payment = world.fulfilled("A1")
    world.fulfilled("A2")
    del world.wallet.orders[payment.merchant_order_no]
    assert reconcile(world).unexplained_fen == 0
    assert found(world) == [(Finding.TIMING, Progress.OPEN)]
    world.clock.advance(timedelta(days=2))
    assert reconcile(world).unexplained_fen == FEE
    assert (Finding.LEDGER_ONLY, Progress.OPEN) in found(world)


def test_32_an_entry_that_only_the_hospital_knows_is_a_difference(world: World) -> None:
    world.fulfilled()
    world.desk.effects.append(SaleEntry("typed-by-hand", EntryKind.PAYMENT, Fen(700), world.clock.now()))
    assert reconcile(world).unexplained_fen == 700
    assert found(world) == [(Finding.SALE_ONLY, Progress.OPEN)]


def test_32_one_fen_at_the_hospital_is_a_difference(world: World) -> None:
    world.fulfilled()
    world.desk.effects[0] = replace(world.desk.effects[0], amount_fen=Fen(FEE + 1))
    assert reconcile(world).unexplained_fen == 1
    assert found(world) == [(Finding.SALE_AMOUNT, Progress.OPEN)]


@pytest.mark.parametrize("kind", list(EntryKind))
def test_32_what_the_hospital_has_booked_twice_is_a_difference(world: World, kind: EntryKind) -> None:
    payment = world.fulfilled()
    world.refund_all(payment)
    world.run()
    booked = next(entry for entry in world.desk.effects if entry.kind is kind)
    world.desk.effects.append(replace(booked, occurred_at=booked.occurred_at + timedelta(minutes=1)))
    assert reconcile(world).unexplained_fen == FEE
    assert [(one.finding, one.kind, one.ours_fen, one.theirs_fen) for one in differences(world)] == [
        (Finding.SALE_AMOUNT, kind, FEE, 2 * FEE)
    ]


def test_32_a_booking_that_the_hospital_lost_is_a_difference(world: World) -> None:
    world.fulfilled()
    world.desk.effects.clear()
    world.clock.advance(2 * ONE)
    assert reconcile(world).unexplained_fen == FEE
    assert found(world) == [(Finding.SALE_MISSING, Progress.OPEN)]


def test_32_one_fen_at_the_wallet_is_a_difference(world: World) -> None:
    payment = world.fulfilled()
    standing = world.wallet.orders[payment.merchant_order_no]
    standing.order = replace(standing.order, amount_fen=Fen(FEE - 1))
    assert reconcile(world).unexplained_fen == 1
    assert found(world) == [(Finding.WALLET_AMOUNT, Progress.OPEN)]


def test_33_a_bill_that_is_late_leaves_the_day_unreconciled(world: World) -> None:
    world.fulfilled()
    world.wallet.has_bill = False
    run = reconcile(world)
    assert (run.state, run.reason) == (RunState.WAITING, "NotDone: the bill is not ready")
    world.wallet.has_bill = True
    assert reconcile(world).state is RunState.DONE


def test_33_a_blank_bill_for_a_day_with_money_is_not_believed(world: World) -> None:
    world.fulfilled()
    world.wallet.orders.clear()
    assert reconcile(world).state is RunState.WAITING


def test_33_another_days_bill_is_not_believed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fulfilled()
    todays = list(world.wallet.download_bill(DAY))
    monkeypatch.setattr(world.wallet, "download_bill", lambda _: iter(todays))
    assert reconcile(world, DAY - ONE).reason == "Malformed: the bill is another day's"


def test_33_a_rerun_says_the_same_and_keeps_the_age_of_what_it_found(world: World) -> None:
    world.fulfilled()
    world.desk.effects.clear()
    first = reconcile(world)
    before = differences(world)
    world.clock.advance(timedelta(hours=1))
    again = reconcile(world)
    assert replace(again, run_at=first.run_at) == first
    assert differences(world) == before


def differences(world: World) -> list[Difference]:
    with world.store.read("h1") as work:
        return list(work.differences.of(ACCOUNT, DAY))


@pytest.mark.parametrize(
    ("paid_at", "day"),
    [(datetime(2026, 11, 23, 15, 59, 50, tzinfo=UTC), DAY), (datetime(2026, 11, 23, 16, 0, 5, tzinfo=UTC), DAY + ONE)],
    ids=["23:59:50", "00:00:05"],
)
def test_34_money_belongs_to_the_day_on_which_the_wallet_took_it(world: World, paid_at: datetime, day: date) -> None:
    world.clock.advance(paid_at - world.clock.now())
    payment = world.opened()
    world.wallet.pay(payment.merchant_order_no)
    world.clock.advance(timedelta(seconds=15))
    world.notify(payment)
    world.drain()
    run = reconcile(world, day)
    assert (run.matched, run.ledger_fen, run.unexplained_fen, found(world, day)) == (1, FEE, 0, [])


def test_34_an_entry_that_the_bill_puts_on_the_next_day_clears_by_itself(world: World) -> None:
    world.fulfilled("A1")
    late = world.fulfilled("A2")
    standing = world.wallet.orders[late.merchant_order_no]
    standing.paid_at = world.clock.now() + ONE
    assert (reconcile(world).unexplained_fen, found(world)) == (0, [(Finding.TIMING, Progress.OPEN)])
    world.clock.advance(timedelta(days=2))
    with world.store.begin("h1") as work:
        ask_for_reconciliation(world.context, work, DAY + ONE)
    world.drain(ONE)
    assert found(world, DAY + ONE) == [(Finding.TIMING, Progress.CLEARED)]
    assert found(world) == [(Finding.TIMING, Progress.CLEARED)]
    assert reconcile(world).unexplained_fen == 0


NEARLY_MIDNIGHT = datetime(2026, 11, 23, 15, 59, 50, tzinfo=UTC)


def collected_before_midnight(world: World, told_after: timedelta) -> None:
    """The day's only money, which the wallet's bill puts on the next day, or, after an hour, on none."""
    world.clock.advance(NEARLY_MIDNIGHT - world.clock.now())
    payment = world.fulfilled()
    standing = world.wallet.orders[payment.merchant_order_no]
    assert standing.paid_at
    standing.paid_at = standing.paid_at + told_after
    world.drain(timedelta(seconds=30))


def run_job(world: World, day: date) -> None:
    reconcile_job(world.context, f"{ACCOUNT}:{day}")


@pytest.mark.parametrize("order", [(DAY, DAY + ONE), (DAY + ONE, DAY)], ids=["in order", "next day first"])
def test_34_a_day_whose_only_money_the_bill_puts_on_the_next_day_has_an_empty_bill(
    world: World, order: tuple[date, date]
) -> None:
    collected_before_midnight(world, told_after=timedelta(seconds=20))
    world.clock.advance(timedelta(hours=34))
    for day in order:
        run_job(world, day)
    assert found(world, DAY + ONE) == [(Finding.TIMING, Progress.CLEARED)]
    assert Progress.OPEN not in {progress for _, progress in found(world)}
    assert reconcile(world).unexplained_fen == reconcile(world, DAY + ONE).unexplained_fen == 0


def test_34_a_day_whose_only_money_an_earlier_bill_has_told_has_an_empty_bill_too(world: World) -> None:
    world.clock.advance(NEARLY_MIDNIGHT + timedelta(hours=2) - world.clock.now())
    payment = world.fulfilled()
    standing = world.wallet.orders[payment.merchant_order_no]
    standing.paid_at = NEARLY_MIDNIGHT
    world.clock.advance(timedelta(hours=8))
    assert reconcile(world, DAY + ONE).state is RunState.WAITING
    assert reconcile(world).unexplained_fen == 0
    assert (reconcile(world, DAY + ONE).state, found(world, DAY + ONE)) == (RunState.DONE, [])


def test_34_what_neither_empty_bill_has_told_is_a_matter_of_timing_for_two_days_only(world: World) -> None:
    collected_before_midnight(world, told_after=timedelta(days=30))
    run_job_at = NEARLY_MIDNIGHT + timedelta(hours=10)
    for day in (DAY, DAY + ONE):
        world.clock.advance(run_job_at - world.clock.now())
        run_job(world, day)
        expected = Finding.TIMING if day == DAY else Finding.LEDGER_ONLY
        assert (expected, Progress.OPEN) in found(world)
        run_job_at += ONE
    assert reconcile(world).unexplained_fen == FEE


def test_34_an_empty_bill_of_a_day_with_money_is_asked_for_until_two_days_are_past(world: World) -> None:
    world.fulfilled()
    world.wallet.orders.clear()
    with world.store.begin("h1") as work:
        ask_for_reconciliation(world.context, work, DAY)
    world.drain(timedelta(hours=38))
    assert reconcile(world).state is RunState.WAITING
    world.drain(timedelta(hours=3))
    assert found(world) == [(Finding.LEDGER_ONLY, Progress.OPEN)]


def test_34_what_a_late_bill_of_the_next_day_has_after_all_is_no_difference_any_more(world: World) -> None:
    collected_before_midnight(world, told_after=timedelta(seconds=20))
    world.wallet.has_bill = False
    world.clock.advance(timedelta(hours=58))
    with pytest.raises(Again):
        run_job(world, DAY + ONE)
    world.wallet.has_bill = True
    assert reconcile(world).unexplained_fen == FEE
    run_job(world, DAY + ONE)
    assert found(world) == [(Finding.LEDGER_ONLY, Progress.CLEARED)]


def test_the_morning_after_the_day_is_reconciled_once_the_books_are_there(world: World) -> None:
    world.fulfilled()
    world.wallet.has_bill = False
    with world.store.begin("h1") as work:
        ask_for_reconciliation(world.context, work, DAY)
        ask_for_reconciliation(world.context, work, DAY)
    world.drain(timedelta(hours=26))
    world.wallet.has_bill = True
    world.drain(timedelta(hours=2))
    with world.store.read("h1") as work:
        run = work.reconciliations.find(ACCOUNT, DAY)
    assert run is not None
    assert (run.state, run.unexplained_fen) == (RunState.DONE, 0)
    assert run.run_at.astimezone(world.context.zone).hour >= 10


def test_a_hospital_that_does_not_answer_leaves_the_day_unreconciled(world: World) -> None:
    world.paid()
    world.wallet.line.will("query", Fault.NOT_SENT)
    unheard = world.opened("A2")
    world.wallet.pay(unheard.merchant_order_no)
    assert reconcile(world).state is RunState.WAITING
    assert reconcile(world).state is RunState.DONE


def test_a_bill_that_gives_one_entry_two_sums_is_not_believed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fulfilled()
    [line] = world.wallet.download_bill(DAY)
    twice = [line, replace(line, amount_fen=Fen(1))]
    monkeypatch.setattr(world.wallet, "download_bill", lambda _: iter(twice))
    assert reconcile(world).state is RunState.WAITING


def test_33_a_bill_that_tells_everything_twice_is_not_believed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = world.fulfilled()
    lines = list(world.wallet.download_bill(DAY))
    monkeypatch.setattr(world.wallet, "download_bill", lambda _: iter(lines * 2))
    assert reconcile(world).reason == f"Malformed: the bill tells twice of {payment.merchant_order_no}"


def test_a_refund_that_the_hospital_has_not_booked_yet_is_told_apart(world: World) -> None:
    payment = world.fulfilled()
    world.desk.line.will("reverse", *[Fault.NOT_SENT] * 50)
    world.refund_all(payment)
    world.drain(timedelta(minutes=1))
    assert (reconcile(world).unexplained_fen, found(world)) == (0, [(Finding.UNFULFILLED, Progress.OPEN)])


@pytest.mark.parametrize("parts", [[FEE], [300, 200]], ids=["in one", "in two, told at once"])
def test_a_refund_by_hand_in_the_wallets_console_is_the_one_that_we_adopted(world: World, parts: list[int]) -> None:
    payment = world.fulfilled()
    for part in parts:
        world.wallet.refund_in_console(payment.merchant_order_no, part)
    world.notify(payment)
    world.drain(timedelta(minutes=1))
    run = reconcile(world)
    assert (run.unexplained_fen, run.matched, found(world)) == (0, 1 + len(parts), [])


def test_sales_of_another_wallet_account_are_none_of_this_ones_business(world: World) -> None:
    payment = world.fulfilled()
    world.refund_all(payment)
    world.drain()
    assert run_of_another_account(world, DAY) == (RunState.DONE, 0, 0)


def test_what_the_hospital_lists_a_day_late_is_still_of_the_account_that_it_was_paid_at(world: World) -> None:
    world.fulfilled()
    world.desk.effects[0] = replace(world.desk.effects[0], occurred_at=world.clock.now() + ONE)
    world.clock.advance(ONE)
    assert run_of_another_account(world, DAY + ONE) == (RunState.DONE, 0, 0)


def run_of_another_account(world: World, day: date) -> tuple[RunState, int, int]:
    wallets = {**world.context.wallets, "alipay-2": InMemoryWallet(world.clock)}
    run = reconcile_day(replace(world.context, wallets=wallets), "alipay-2", day)
    return run.state, run.matched, run.unexplained_fen


def test_a_difference_that_comes_back_is_open_again_and_an_explained_one_stays_so(world: World) -> None:
    world.fulfilled()
    world.clock.advance(2 * ONE)
    lost = list(world.desk.effects)
    for effects in ([], lost):
        world.desk.effects = list(effects)
        reconcile(world)
    world.desk.effects = []
    reconcile(world)
    assert found(world) == [(Finding.SALE_MISSING, Progress.OPEN)]
    with world.store.begin("h1") as work:
        [one] = work.differences.open()
        work.differences.explain(one, "staff-1", "by_the_wallet")
    reconcile(world)
    assert found(world) == [(Finding.SALE_MISSING, Progress.EXPLAINED)]


@pytest.fixture
def no_bill(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wallet has none, and says so in the one way in which it says that it is not made yet."""

    def missing(_: date) -> list[BillEntry]:
        raise NoBill("no bill of that day")

    monkeypatch.setattr(world.wallet, "download_bill", missing)


@pytest.mark.usefixtures("no_bill")
def test_a_day_of_which_the_wallet_has_no_bill_is_over_after_two_days_if_nothing_moved(world: World) -> None:
    states = []
    for _ in range(2):
        world.clock.advance(ONE)
        states.append(reconcile(world).state)
    assert states == [RunState.WAITING, RunState.DONE]
    assert reconcile(world).unexplained_fen == 0


@pytest.mark.usefixtures("no_bill")
def test_a_day_on_which_money_moved_waits_for_its_bill_however_long(world: World) -> None:
    world.fulfilled()
    world.clock.advance(9 * ONE)
    assert reconcile(world).state is RunState.WAITING
