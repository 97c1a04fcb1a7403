"""A signed statement never changes: what comes after it is an addition with its who, when and what, carried once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from adapters.values import EntryKind, Fen
from hospital_bridge.finance import FinanceDesk
from hospital_bridge.payment.reconcile.bank import take_in
from hospital_bridge.payment.reconcile.statement import broken_statements
from hospital_bridge.slot import SaleEntry
from hospital_bridge.store.staff import StaffAccounts
from hospital_bridge.store.statements import Statements
from hospital_bridge.web.finance_reads import Explanation, StatementView
from tests.payment.test_reconciling import DAY, ONE, reconcile
from tests.payment.test_statements import drafted, signed
from tests.payment.world import ACCOUNT, FEE, OPERATOR, World

HOUR = timedelta(hours=1)


@pytest.fixture
def closed(world: World) -> World:
    """The morning after a day with one payment, whose statement is signed."""
    world.fulfilled()
    world.clock.advance(ONE)
    reconcile(world)
    signed(world)
    world.clock.advance(HOUR)
    return world


@pytest.fixture
def finance(closed: World) -> FinanceDesk:
    return FinanceDesk(lambda _: closed.context)


def told(rows: Any) -> list[tuple[str, str, str]]:
    return [(one["what"], one["finding"], one["by"]) for one in rows]


def strays(world: World, count: int) -> None:
    at = world.clock.now() - ONE
    world.desk.effects += [SaleEntry(f"typed-late-{n}", EntryKind.PAYMENT, Fen(700), at) for n in range(count)]
    reconcile(world)


def test_nothing_is_added_to_a_day_on_which_nothing_changes(closed: World, finance: FinanceDesk) -> None:
    reconcile(closed)
    assert (finance.statement(OPERATOR, DAY).additions, drafted(closed, DAY + ONE)["additions"]) == ([], [])


def test_a_later_finding_and_its_explanation_are_added_with_who_and_when(closed: World, finance: FinanceDesk) -> None:
    with closed.store.read(OPERATOR) as work:
        before = Statements(work).find(DAY)
    strays(closed, 1)
    found_at = closed.clock.now()
    with closed.store.begin(OPERATOR) as work:
        wang = StaffAccounts(work).add("wang", "王会计", "no password", frozenset())
    closed.clock.advance(HOUR)
    [open_] = finance.differences(OPERATOR)
    finance.explain(OPERATOR, open_.key, Explanation.BOOKED_BY_HAND, by=wang)
    view = finance.statement(OPERATOR, DAY)
    assert told(view.additions) == [("found", "sale_only", ""), ("explained", "sale_only", wang), ("sums", "", "")]
    found, explained, sums = view.additions
    assert [found["at"], explained["at"]] == [found_at.isoformat(), closed.clock.now().isoformat()]
    assert (found["reference"], found["theirs_fen"], explained["explanation"]) == (
        "typed-late-0",
        700,
        "booked_by_hand",
    )
    assert (sums["sale_fen"], sums["ledger_fen"], view.names[wang]) == (700, 0, "王会计")
    with closed.store.read(OPERATOR) as work:
        assert Statements(work).find(DAY) == before
        assert list(broken_statements(work)) == []


def test_the_next_signed_statement_carries_them_and_later_ones_do_not(closed: World, finance: FinanceDesk) -> None:
    strays(closed, 1)
    closed.clock.advance(ONE)
    reconcile(closed, DAY + ONE)
    assert told(drafted(closed, DAY + ONE)["additions"]) == [("found", "sale_only", "")]
    signed(closed, DAY + ONE)
    assert told(content(finance, DAY + ONE)["additions"]) == [("found", "sale_only", "")]
    closed.clock.advance(ONE)
    reconcile(closed, DAY + 2 * ONE)
    assert drafted(closed, DAY + 2 * ONE)["additions"] == []
    assert told(finance.statement(OPERATOR, DAY).additions)[0] == ("found", "sale_only", ""), "the day keeps its own"
    closed.desk.effects.pop()
    reconcile(closed)
    assert told(drafted(closed, DAY + 2 * ONE)["additions"]) == [("cleared", "sale_only", "")]
    assert told(finance.statement(OPERATOR, DAY).additions) == [
        ("found", "sale_only", ""),
        ("cleared", "sale_only", ""),
    ]


def test_what_is_explained_a_quarter_later_stands_in_the_next_statement_too(
    closed: World, finance: FinanceDesk
) -> None:
    strays(closed, 1)
    closed.clock.advance(90 * ONE)
    later = DAY + 90 * ONE
    reconcile(closed, later)
    signed(closed, later)
    closed.clock.advance(HOUR)
    [open_] = finance.differences(OPERATOR)
    finance.explain(OPERATOR, open_.key, Explanation.BOOKED_BY_HAND, by="s1")
    assert told(drafted(closed, later + ONE)["additions"]) == [("explained", "sale_only", "s1")]


def content(finance: FinanceDesk, day: date) -> Mapping[str, Any]:
    view: StatementView = finance.statement(OPERATOR, day)
    return view.content


def test_what_was_cleared_before_the_signature_and_comes_back_is_added(closed: World, finance: FinanceDesk) -> None:
    strays(closed, 1)
    closed.desk.effects.pop()
    reconcile(closed)
    closed.clock.advance(ONE)
    reconcile(closed, DAY + ONE)
    signed(closed, DAY + ONE)
    closed.clock.advance(HOUR)
    closed.desk.effects.append(SaleEntry("typed-late-0", EntryKind.PAYMENT, Fen(700), closed.clock.now() - 2 * ONE))
    reconcile(closed)
    assert told(drafted(closed, DAY + 2 * ONE)["additions"]) == [("found", "sale_only", "")]
    assert told(finance.statement(OPERATOR, DAY).additions) == [("found", "sale_only", ""), ("sums", "", "")]


def test_a_bank_credit_that_is_read_after_the_signature_is_added_with_what_it_shows(
    closed: World, finance: FinanceDesk
) -> None:
    take_in(closed.context, ACCOUNT, {DAY: Fen(FEE - 1)}, "cli")
    assert content(finance, DAY)["accounts"][0]["bank_fen"] is None
    assert sorted(told(finance.statement(OPERATOR, DAY).additions)) == [
        ("bank", "", "cli"),
        ("found", "bank_amount", ""),
    ]


def test_many_that_are_alike_are_one_addition(closed: World, finance: FinanceDesk) -> None:
    strays(closed, 21)
    found, _ = finance.statement(OPERATOR, DAY).additions
    assert (found["count"], found["theirs_fen"], found["reference"]) == (21, 21 * 700, "")


def test_an_account_that_was_not_signed_is_added_with_all_its_sums(closed: World, finance: FinanceDesk) -> None:
    with closed.store.begin(OPERATOR) as work:
        [run] = work.reconciliations.of_day(DAY)
        work.reconciliations.keep(replace(run, wallet_account="late", run_at=closed.clock.now()))
    assert [(one["what"], one["account"], one["wallet_fen"]) for one in finance.statement(OPERATOR, DAY).additions] == [
        ("sums", "late", FEE)
    ]
