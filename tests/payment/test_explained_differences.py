"""What finance has explained is settled as it stood: what comes after that waits for somebody again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from adapters.values import EntryKind, Fen
from hospital_bridge.finance import FinanceDesk
from hospital_bridge.finance_differences import settle
from hospital_bridge.payment.reconcile.bank import take_in
from hospital_bridge.slot import SaleEntry
from hospital_bridge.store.differences import Finding, Progress
from hospital_bridge.web.finance_reads import Explanation, SomebodyWasFaster
from tests.fixtures_store import Database
from tests.payment.test_additions import told
from tests.payment.test_reconciling import DAY, ONE, differences, found, reconcile
from tests.payment.test_staff_refunds import somebody_waits
from tests.payment.test_statements import signed
from tests.payment.world import ACCOUNT, FEE, OPERATOR, World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def finance(world: World) -> FinanceDesk:
    return FinanceDesk(lambda _: world.context)


@pytest.fixture
def one_fen_short(world: World, finance: FinanceDesk) -> World:
    """A day with one payment of 12.50, of which the bank credited 12.49; finance has explained the fen."""
    world.fulfilled()
    world.clock.advance(ONE)
    credited(world, FEE - 1)
    explain(finance)
    world.clock.advance(MINUTE)
    return world


def credited(world: World, amount: int) -> None:
    """What the bank says now of the day, which is compared with it."""
    take_in(world.context, ACCOUNT, {DAY: Fen(amount)}, "cli")


def explain(finance: FinanceDesk) -> None:
    [row] = finance.differences(OPERATOR)
    finance.explain(OPERATOR, row.key, Explanation.BY_THE_WALLET, by="wang")


def unexplained(finance: FinanceDesk) -> int:
    [run] = finance.runs(OPERATOR, 10)
    return run.unexplained_fen


def test_an_explained_difference_of_another_sum_waits_for_its_owner_again(
    one_fen_short: World, finance: FinanceDesk
) -> None:
    credited(one_fen_short, 1)
    [row] = finance.differences(OPERATOR)
    assert (row.finding, row.ours_fen, row.theirs_fen) == (Finding.BANK_AMOUNT, FEE, 1)
    assert row.since == one_fen_short.clock.now(), "its age counts anew"
    [one] = differences(one_fen_short)
    assert (one.progress, one.owner, one.explanation, one.ended_at) == (Progress.OPEN, "wang", "", None)
    assert unexplained(finance) == FEE - 1


def test_an_explained_difference_whose_bill_has_changed_waits_for_its_owner_again(
    one_fen_short: World, finance: FinanceDesk
) -> None:
    one_fen_short.wallet.keeps_per_mille = 6
    assert reconcile(one_fen_short).unexplained_fen == 6
    assert finance.figures(OPERATOR).open_differences == 1


def test_an_explained_difference_that_is_found_unchanged_stays_explained_and_is_not_unexplained_money(
    one_fen_short: World, finance: FinanceDesk
) -> None:
    assert unexplained(finance) == 0, "the day's figure follows the explanation"
    before = differences(one_fen_short)
    assert reconcile(one_fen_short).unexplained_fen == 0
    assert (unexplained(finance), differences(one_fen_short), finance.differences(OPERATOR)) == (0, before, [])


def test_what_is_explained_twice_is_explained_as_it_stood_the_second_time(
    one_fen_short: World, finance: FinanceDesk
) -> None:
    for amount in (1, FEE - 1):
        credited(one_fen_short, amount)
        assert unexplained(finance) == FEE - amount
        explain(finance)
        assert (reconcile(one_fen_short).unexplained_fen, unexplained(finance)) == (0, 0)


def test_an_explained_difference_that_is_open_again_is_added_to_its_signed_day(
    one_fen_short: World, finance: FinanceDesk
) -> None:
    signed(one_fen_short)
    one_fen_short.clock.advance(MINUTE)
    credited(one_fen_short, 1)
    additions = finance.statement(OPERATOR, DAY).additions
    assert sorted(told(additions)) == [("bank", "", "cli"), ("found", "bank_amount", "")]
    [again] = [one for one in additions if one["what"] == "found"]
    assert (again["ours_fen"], again["theirs_fen"], again["explanation"]) == (FEE, 1, "")


def test_the_days_figure_is_what_is_left_when_one_of_two_or_many_at_once_are_explained(
    world: World, finance: FinanceDesk
) -> None:
    world.fulfilled()
    credited(world, FEE - 1)
    at = world.clock.now()
    world.desk.effects += [SaleEntry(f"typed-{n}", EntryKind.PAYMENT, Fen(7), at) for n in range(21)]
    assert reconcile(world).unexplained_fen == 21 * 7 + 1
    strays, fen = finance.differences(OPERATOR)
    finance.explain(OPERATOR, strays.key, None, by="wang")
    assert unexplained(finance) == 21 * 7 + 1, "taken over is not explained"
    strays, fen = finance.differences(OPERATOR)
    finance.explain(OPERATOR, strays.key, Explanation.BOOKED_BY_HAND, by="wang")
    assert unexplained(finance) == 1
    finance.explain(OPERATOR, fen.key, Explanation.BY_THE_WALLET, by="wang")
    assert unexplained(finance) == 0
    assert {progress for _, progress in found(world)} == {Progress.EXPLAINED}


def test_a_difference_is_explained_only_with_the_sums_seen(one_fen_short: World, finance: FinanceDesk) -> None:
    credited(one_fen_short, FEE - 2)
    [seen] = finance.differences(OPERATOR)
    credited(one_fen_short, 1)
    with pytest.raises(SomebodyWasFaster):
        finance.explain(OPERATOR, seen.key, Explanation.BY_THE_WALLET, by="wang")
    assert unexplained(finance) == FEE - 1


def test_many_that_are_alike_are_explained_only_with_the_sum_that_was_seen(world: World, finance: FinanceDesk) -> None:
    world.fulfilled()
    at = world.clock.now()
    world.desk.effects += [SaleEntry(f"typed-{n}", EntryKind.PAYMENT, Fen(7), at) for n in range(21)]
    reconcile(world)
    [seen] = finance.differences(OPERATOR)
    world.desk.effects[-1] = SaleEntry("typed-20", EntryKind.PAYMENT, Fen(700), at)
    reconcile(world)
    with pytest.raises(SomebodyWasFaster):
        finance.explain(OPERATOR, seen.key, Explanation.BOOKED_BY_HAND, by="wang")


def test_a_comparison_that_meets_an_explanation_in_the_making_opens_what_it_does_not_explain(
    one_fen_short: World, finance: FinanceDesk, database: Database
) -> None:
    credited(one_fen_short, FEE - 2)
    [seen] = finance.differences(OPERATOR)
    with ThreadPoolExecutor(1) as pool:
        with one_fen_short.store.begin(OPERATOR) as work:
            settle(work, seen.key, Explanation.BY_THE_WALLET, "wang")
            comparison = pool.submit(credited, one_fen_short, 1)
            while not (somebody_waits(database) or comparison.done()):
                pass
        comparison.result()
    [row] = finance.differences(OPERATOR)
    assert (row.theirs_fen, unexplained(finance)) == (1, FEE - 1)
