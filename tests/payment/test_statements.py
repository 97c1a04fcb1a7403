"""Finance signs a day: a signed statement never changes, and what changes later stands in the open day's statement."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from adapters.values import EntryKind, Fen
from hospital_bridge.payment.model import Payment, Route
from hospital_bridge.payment.reconcile.statement import (
    MOVED_SINCE,
    NOT_OVER,
    NOT_RECONCILED,
    SIGNED,
    NotReady,
    accounts_of,
    broken_statements,
    sign,
    statement_of,
    why_not,
    written,
)
from hospital_bridge.slot import SaleEntry
from hospital_bridge.store.reconciliation import RunState
from hospital_bridge.store.statements import Statement, Statements, digest_of
from tests.fixtures_store import Database
from tests.payment.test_reconciling import DAY, ONE, reconcile
from tests.payment.test_staff_refunds import approved, asked, wish
from tests.payment.world import ACCOUNT, FEE, OPERATOR, World


def signed(world: World, day: date = DAY) -> Statement:
    with world.store.begin(OPERATOR) as work:
        seen = digest_of(written(statement_of(world.context, work, day)))
        return sign(world.context, work, day, "finance-1", seen=seen)


def obstacle(world: World, day: date = DAY) -> str:
    with world.store.read(OPERATOR) as work:
        return why_not(world.context, work, day)


def drafted(world: World, day: date) -> dict[str, Any]:
    with world.store.read(OPERATOR) as work:
        return dict(statement_of(world.context, work, day))


@pytest.fixture
def over(world: World) -> World:
    """The morning after a day with one payment, which is reconciled."""
    world.fulfilled()
    world.clock.advance(ONE)
    reconcile(world)
    return world


def test_a_day_is_signed_once_over_and_reconciled_with_what_the_ledger_says_now(world: World) -> None:
    world.fulfilled()
    reconcile(world)
    assert obstacle(world) == NOT_OVER
    world.clock.advance(ONE)
    assert obstacle(world, DAY - ONE) == NOT_RECONCILED
    assert obstacle(world) == ""
    signed(world)
    assert obstacle(world) == SIGNED
    with pytest.raises(NotReady, match=SIGNED):
        signed(world)


def test_a_day_waits_for_an_account_that_took_money_and_was_taken_out_of_use(world: World) -> None:
    """Money of which nobody has heard would stand in no statement; by hand it may go back on any later day."""
    payment = world.fulfilled()
    in_use = world.context
    world.context = replace(in_use, wallets={"another": world.wallet})
    world.clock.advance(ONE)
    with world.store.read(OPERATOR) as work:
        assert accounts_of(world.context, work, DAY) == {"another", ACCOUNT}
    world.context = replace(in_use, wallets={})
    assert obstacle(world) == NOT_RECONCILED
    asked_by_hand(world, payment)
    assert obstacle(world, DAY + ONE) == NOT_OVER
    world.clock.advance(ONE)
    assert obstacle(world, DAY + ONE) == ""
    world.context = in_use
    reconcile(world)
    assert obstacle(world) == ""


def asked_by_hand(world: World, payment: Payment) -> None:
    """Two people have it paid out."""
    request = asked(world, wish(payment, FEE, route=Route.BY_HAND))
    approved(world, request, "zhao")
    world.drain()


def test_a_day_whose_ledger_has_moved_since_is_compared_again_first(world: World) -> None:
    reconcile(world)
    late = world.opened()
    world.wallet.pay(late.merchant_order_no)
    world.notify(late)
    world.clock.advance(ONE)
    assert obstacle(world) == MOVED_SINCE
    reconcile(world)
    assert obstacle(world) == ""


def test_a_statement_says_what_was_signed_with_its_digest(over: World) -> None:
    statement = signed(over)
    content = json.loads(statement.content)
    [account] = content["accounts"]
    sides = [account[name] for name in ("wallet_fen", "ledger_fen", "sale_fen")]
    assert (content["day"], sides, account["unexplained_fen"]) == (DAY.isoformat(), [FEE] * 3, 0)
    assert [(one["channel"], one["net_fen"]) for one in account["channels"]] == [("bridge", FEE)]
    with over.store.read(OPERATOR) as work:
        kept = Statements(work).find(DAY)
    assert kept == statement
    assert kept.is_intact


def test_what_changes_after_the_signature_stands_in_the_open_days_statement_once(over: World) -> None:
    before = signed(over)
    over.desk.effects.append(SaleEntry("typed-late", EntryKind.PAYMENT, Fen(700), over.clock.now() - ONE))
    reconcile(over)
    over.clock.advance(ONE)
    reconcile(over, DAY + ONE)
    [linked] = drafted(over, DAY + ONE)["linked"]
    assert (linked["day"], linked["sale_fen"], linked["ledger_fen"]) == (DAY.isoformat(), 700, 0)
    signed(over, DAY + ONE)
    assert drafted(over, DAY + ONE)["linked"] == []
    over.clock.advance(ONE)
    reconcile(over, DAY + 2 * ONE)
    assert drafted(over, DAY + 2 * ONE)["linked"] == []
    with over.store.read(OPERATOR) as work:
        assert Statements(work).find(DAY) == before
        assert list(broken_statements(work)) == []


@pytest.mark.spoils_books
def test_whoever_changes_what_was_signed_all_the_same_is_found(over: World, database: Database) -> None:
    signed(over)
    assert found(over) == []
    with database.owner.begin() as connection:
        for table in ("statement", "statement_line"):
            lite = connection.dialect.name == "sqlite"
            for trigger in (
                (f"{table}_no_update", f"{table}_no_delete") if lite else (f"{table}_append_only ON {table}",)
            ):
                connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.exec_driver_sql("UPDATE statement_line SET sale_fen = sale_fen + 1")
    assert found(over) == [f"the statement of {DAY} does not agree with its lines"]
    with database.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE statement SET content = replace(content, 'bridge', 'bridle')")
    assert found(over) == [f"the statement of {DAY} is not the one that was signed"]


def found(world: World) -> list[str]:
    with world.store.read(OPERATOR) as work:
        return list(broken_statements(work))


@pytest.mark.parametrize(
    "change", ["UPDATE statement SET content = ''", "DELETE FROM statement", "UPDATE statement_line SET sale_fen = 0"]
)
def test_the_database_refuses_to_change_what_was_signed(over: World, change: str) -> None:
    signed(over)
    with pytest.raises(DBAPIError), over.store.begin(OPERATOR) as work:
        work.connection.exec_driver_sql(change)


@pytest.fixture
def month(world: World) -> World:
    """Thirty days: each is reconciled and signed on the next morning, whatever is still under way."""
    world.clock.advance(datetime(2026, 11, 1, 1, tzinfo=UTC) - world.clock.now())
    for number in range(30):
        a_day_of(world, number)
        world.clock.advance(datetime(2026, 11, 2, 2, tzinfo=UTC) + number * ONE - world.clock.now())
        yesterday = date(2026, 11, 1) + number * ONE
        reconcile(world, yesterday)
        signed(world, yesterday)
    return world


def a_day_of(world: World, number: int) -> None:
    """Payments, refunds, money that no notice tells of, and now and then a payment in the last second of the day."""
    kept = world.fulfilled(f"A{number}", 100 + 37 * number)
    if number % 3 == 0:
        world.refund_all(world.fulfilled(f"B{number}", 1000 + number))
    if number % 4 == 1:
        unheard = world.opened(f"C{number}", 50 + number)
        world.wallet.pay(unheard.merchant_order_no)
        world.clock.advance(timedelta(minutes=1))
    if number % 5 == 2:
        world.wallet.refund_in_console(kept.merchant_order_no, 10)
        world.notify(kept)
    world.run()
    if number % 7 == 5:
        world.paid(f"E{number}", 90)  # booked at the fulfilling system only after the day was signed
    if number % 6 == 3:
        midnight = datetime(2026, 11, 1, 16, tzinfo=UTC) + number * ONE
        world.clock.advance(midnight - timedelta(seconds=1) - world.clock.now())
        last = world.opened(f"D{number}", 7)
        world.wallet.pay(last.merchant_order_no)
        world.clock.advance(timedelta(seconds=6))
        world.notify(last)


def test_the_statements_of_a_simulated_month_sum_to_the_fen_on_all_three_sides(month: World) -> None:
    month.drain(2 * ONE)
    days = [date(2026, 11, 1) + number * ONE for number in range(31)]
    month.clock.advance(datetime(2026, 12, 3, 2, tzinfo=UTC) - month.clock.now())
    assert {reconcile(month, day).state for day in days} == {RunState.DONE}
    signed(month, days[-1])
    with month.store.read(OPERATOR) as work:
        lines = Statements(work).lines()
        assert list(broken_statements(work)) == []
    sums = {name: sum(getattr(line, name) for line in lines) for name in ("wallet_fen", "ledger_fen", "sale_fen")}
    at_wallet = sum(one.order.amount_fen - one.refunded_fen for one in month.wallet.orders.values() if one.paid_at)
    assert sums == dict.fromkeys(sums, at_wallet)
    assert {line.wallet_account for line in lines} == {ACCOUNT}
    assert [line for line in lines if line.about_day != line.day]
    month.assert_at_rest()
