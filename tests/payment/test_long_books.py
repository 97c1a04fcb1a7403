"""Books of any length: in order with little memory, and a run that is cut off anywhere says the same when run again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.values import EntryKind, Fen
from hospital_bridge.payment.reconcile import books, reconcile_day, run
from hospital_bridge.payment.reconcile.books import kept
from hospital_bridge.payment.reconcile.side_by_side import in_batches, side_by_side
from hospital_bridge.payment.reconcile.sorted_rows import SortedRows
from hospital_bridge.slot import SaleEntry
from hospital_bridge.store.reconciliation import Reconciliation, Step
from tests.payment.test_reconciling import DAY, reconcile
from tests.payment.world import ACCOUNT, World

rows = st.lists(st.tuples(st.sampled_from(["payment", "refund"]), st.text(max_size=4), st.integers(0, 9)))


class PowerCut(Exception):
    """The process ends in the middle of a run."""


@given(rows, st.integers(1, 5))
def test_rows_come_in_order_however_often_they_are_read(given_rows: list[tuple[str, str, int]], run_rows: int) -> None:
    with SortedRows(given_rows, run_rows=run_rows) as held:
        assert list(held) == sorted(given_rows)
        assert list(zip(held, held, strict=True)) == [(row, row) for row in sorted(given_rows)]
        assert bool(held) == bool(given_rows)


@given(st.dictionaries(st.text(max_size=2), st.integers(0, 2)), st.dictionaries(st.text(max_size=2), st.integers(0, 2)))
def test_side_by_side_says_of_each_key_what_either_book_says(ours: dict[str, int], theirs: dict[str, int]) -> None:
    told = side_by_side(sorted(ours.items()), sorted(theirs.items()), 1)
    found = [((mine or other or ("",))[0], mine and mine[1], other and other[1]) for mine, other in told]
    assert found == [(key, ours.get(key), theirs.get(key)) for key in sorted(ours.keys() | theirs.keys())]


def test_a_long_reference_of_somebody_else_fits_our_tables_and_stays_itself() -> None:
    assert kept("a" * 64) == "a" * 64
    one, other = kept("a" * 90 + "1"), kept("a" * 90 + "2")
    assert len(one) == len(other) == 64
    assert one != other


@pytest.fixture
def busy(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A day whose three books all differ, read in many small steps."""
    monkeypatch.setattr(run, "in_batches", lambda items: ([item] for item in items))
    for visit in ("A1", "A2", "A3"):
        world.fulfilled(visit)
    order_no = next(iter(world.wallet.orders))
    stranger = replace(world.wallet.orders[order_no].order, merchant_order_no="elsewhere")
    world.wallet.create(stranger)
    world.wallet.pay("elsewhere")
    world.desk.effects.pop()
    world.desk.effects.append(SaleEntry("by-hand-" + "9" * 80, EntryKind.PAYMENT, Fen(5), world.clock.now()))
    world.clock.advance(timedelta(days=2))
    return world


def cut_off(world: World, step: Step, times: int) -> None:
    """Begin a run, which ends when it tells of that step for the n-th time."""
    heard: list[Step] = []

    def listen(now_at: Step, _rows: int) -> None:
        heard.append(now_at)
        if heard.count(step) == times:
            raise PowerCut

    with pytest.raises(PowerCut):
        reconcile_day(world.context, ACCOUNT, DAY, listen)


@pytest.mark.parametrize("step", list(Step))
def test_33_a_run_that_is_cut_off_says_the_same_when_run_again(busy: World, step: Step) -> None:
    cut_off(busy, step, 1)
    with busy.store.read("h1") as work:
        [left] = work.reconciliations.under_way()
        assert (left.step, work.reconciliations.find(ACCOUNT, DAY)) == (step, None)
    said = reconcile(busy)
    with busy.store.read("h1") as work:
        assert not work.reconciliations.under_way()
        found = work.differences.of(ACCOUNT, DAY)
    assert (said.matched, said.unexplained_fen, len(found)) == (
        3,
        sum(abs(f.ours_fen - f.theirs_fen) for f in found),
        3,
    )
    assert same(reconcile(busy), said)


def test_33_a_run_that_is_cut_off_while_it_keeps_what_it_found_says_the_same(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_then_dark(items: Iterator[object]) -> Iterator[object]:
        yield next(in_batches(items, 1))
        raise PowerCut

    with monkeypatch.context() as dark:
        dark.setattr(run, "in_batches", one_then_dark)
        with pytest.raises(PowerCut):
            reconcile(busy)
    first = reconcile(busy)
    with busy.store.read("h1") as work:
        assert len(work.differences.open()) == 3
    assert same(reconcile(busy), first)


def test_a_bill_is_counted_while_it_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "COUNT_EVERY", 2)
    for visit in ("A1", "A2", "A3"):
        world.fulfilled(visit)
    heard: list[tuple[Step, int]] = []
    reconcile_day(world.context, ACCOUNT, DAY, lambda step, rows: heard.append((step, rows)))
    assert [rows for step, rows in heard if step is Step.BILL] == [0, 2, 3]


def same(one: Reconciliation, other: Reconciliation) -> bool:
    return replace(one, run_at=other.run_at) == other
