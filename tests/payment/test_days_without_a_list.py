"""A fulfilling system that tells no list: the day is compared two ways, says so, and never passes for three."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.errors import Reason
from hospital_bridge.finance import FinanceDesk
from hospital_bridge.payment.reconcile.statement import statement_of
from hospital_bridge.store.differences import Finding, Progress
from hospital_bridge.store.reconciliation import RunState
from tests.payment.faults import Fault
from tests.payment.test_reconciling import DAY, ONE, found, reconcile
from tests.payment.test_statements import drafted, obstacle, signed
from tests.payment.world import ACCOUNT, FEE, OPERATOR, World


def without_capability(world: World) -> None:
    counter = world.context.counters["registration"]
    world.context = replace(
        world.context, counters={"registration": replace(counter, sale=replace(counter.sale, entries=None))}
    )


def refusing(world: World) -> None:
    world.desk.line.will("entries", *[Reason.NOT_ALLOWED] * 9)


@pytest.mark.parametrize("no_list", [without_capability, refusing])
def test_a_day_without_a_list_is_compared_two_ways_and_says_so(world: World, no_list: Callable[[World], None]) -> None:
    for number in range(30):
        world.fulfilled(f"A{number}")
    world.clock.advance(3 * ONE)
    no_list(world)
    run = reconcile(world)
    assert (run.state, run.matched, run.unexplained_fen, run.sale_fen) == (RunState.UNLISTED, 30, 0, 0)
    assert run.reason.startswith("Refused: ")
    assert found(world) == [], "no exception stands for a book that nobody has"
    assert reconcile(world).state is RunState.UNLISTED
    [account] = drafted(world, DAY)["accounts"]
    assert (account["listed"], account["wallet_fen"], account["sale_fen"]) == (False, 30 * FEE, 0)
    assert obstacle(world) == ""


def test_two_ways_are_still_compared_to_the_fen_and_what_waits_for_the_hospital_is_told(world: World) -> None:
    payment = world.fulfilled("A1")
    standing = world.wallet.orders[payment.merchant_order_no]
    standing.order = replace(standing.order, amount_fen=FEE)
    world.desk.line.will("fulfil", *[Fault.NOT_SENT] * 50)
    world.paid("A2")
    world.wallet.create(replace(standing.order, merchant_order_no="elsewhere"))
    world.wallet.pay("elsewhere")
    refusing(world)
    run = reconcile(world)
    assert (run.state, run.unexplained_fen) == (RunState.UNLISTED, FEE)
    assert found(world) == [(Finding.UNFULFILLED, Progress.OPEN), (Finding.WALLET_ONLY, Progress.OPEN)]


def test_a_list_that_comes_later_makes_it_three_ways_and_stands_against_what_was_signed(world: World) -> None:
    world.fulfilled()
    world.clock.advance(3 * ONE)
    lines = list(world.desk.effects)
    world.desk.line.will("entries", Reason.NOT_ALLOWED)
    assert reconcile(world).state is RunState.UNLISTED
    before = signed(world)
    world.desk.effects = []
    world.clock.advance(timedelta(hours=1))
    run = reconcile(world)
    assert (run.state, run.unexplained_fen, found(world)) == (
        RunState.DONE,
        FEE,
        [(Finding.SALE_MISSING, Progress.OPEN)],
    )
    world.desk.effects = lines
    world.clock.advance(timedelta(hours=1))
    assert (reconcile(world).state, reconcile(world).reason) == (RunState.DONE, "")
    reconcile(world, DAY + ONE)
    [linked] = drafted(world, DAY + ONE)["linked"]
    assert (linked["sale_fen"], linked["ledger_fen"]) == (FEE, 0)
    assert json.loads(before.content)["accounts"][0]["listed"] is False


def test_three_ways_are_not_replaced_by_two(world: World) -> None:
    world.fulfilled()
    first = reconcile(world)
    world.clock.advance(timedelta(hours=1))
    world.desk.line.will("entries", Reason.NOT_ALLOWED)
    assert reconcile(world).state is RunState.WAITING
    with world.store.read(OPERATOR) as work:
        assert work.reconciliations.find(ACCOUNT, DAY) == first
        assert statement_of(world.context, work, DAY)["accounts"][0]["listed"] is True


@pytest.mark.parametrize("trouble", [Fault.NOT_SENT, Reason.CREDENTIALS])
def test_a_list_that_exists_and_is_not_to_be_had_now_is_waited_for(world: World, trouble: Fault | Reason) -> None:
    world.fulfilled()
    world.desk.line.will("entries", trouble)
    assert reconcile(world).state is RunState.WAITING
    assert reconcile(world).state is RunState.DONE


def test_the_console_tells_of_two_ways(world: World) -> None:
    world.fulfilled()
    refusing(world)
    reconcile(world)
    [row] = FinanceDesk(lambda _: world.context).runs(OPERATOR, 5)
    assert (row.state, row.unexplained_fen) == ("unlisted", 0)
