"""What a table remembers for one unit of work is never older than what that unit did itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from hospital_bridge.store.streams import STREAM_HEAD
from hospital_bridge.store.tenant_table import TenantTable
from hospital_bridge.store.unit_of_work import Store

OF, KEY, LAST = STREAM_HEAD.c.operator_id, STREAM_HEAD.c.stream_key, STREAM_HEAD.c.last_seq
CHANGES: dict[str, tuple[Callable[[TenantTable], object], Sequence[int]]] = {
    "a row changes": (lambda table: table.change(KEY == "a", last_seq=7), [7]),
    "a row goes": (lambda table: table.remove(KEY == "a"), []),
    "a row comes": (lambda table: table.add(stream_key="b", last_seq=2, done_seq=0), [1]),
    "a row may come": (lambda table: table.add_new(stream_key="a", last_seq=2, done_seq=0), [1]),
    "a row comes later": (lambda table: table.add_later(stream_key="b", last_seq=2, done_seq=0), [1]),
}


def last(table: TenantTable, stream: str) -> list[int]:
    return [row.last_seq for row in table.of(KEY, stream)]


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_read_ahead_is_as_this_unit_left_it(store: Store, what: str) -> None:
    change, left = CHANGES[what]
    with store.begin("h1") as work:
        table = work.table(STREAM_HEAD)
        table.add(stream_key="a", last_seq=1, done_seq=0)
        table.read_ahead(KEY, ["a", "b"])
        assert (last(table, "a"), last(table, "b")) == ([1], [])
        change(table)
        assert last(table, "a") == left
        assert last(table, "b") == ([2] if "comes" in what else [])


def test_what_was_read_ahead_is_asked_for_once_and_another_condition_is_another_question(store: Store) -> None:
    large = (LAST > 1,)
    with store.begin("h1") as work:
        table = work.table(STREAM_HEAD)
        table.read_ahead(KEY, ["a"], *large)
        work.connection.exec_driver_sql("INSERT INTO stream_head VALUES ('h1', 'a', 2, 0)")
        assert (table.knows(KEY, "a", *large), table.of(KEY, "a", *large)) == (True, [])
        assert (table.knows(KEY, "a"), last(table, "a")) == (False, [2])


def test_rows_to_be_written_together_are_there_when_anything_is_asked_and_at_the_end(store: Store) -> None:
    with store.begin("h1") as work:
        table = work.table(STREAM_HEAD)
        for number in range(3):
            table.add_later(stream_key=str(number), last_seq=number, done_seq=0)
        assert len(table.all()) == 3
        table.add_later(stream_key="last", last_seq=0, done_seq=0)
        with work.savepoint() as part:
            part.table(STREAM_HEAD).add_later(stream_key="part", last_seq=0, done_seq=0)
    with store.read("h1") as work:
        assert {row.stream_key for row in work.table(STREAM_HEAD).all()} == {"0", "1", "2", "last", "part"}


def test_what_a_part_changed_is_seen_by_the_whole(store: Store) -> None:
    with store.begin("h1") as work:
        table = work.table(STREAM_HEAD)
        table.read_ahead(KEY, ["a"])
        with work.savepoint() as part:
            part.table(STREAM_HEAD).add(stream_key="a", last_seq=5, done_seq=0)
        assert last(table, "a") == [5]


def test_a_kept_statement_takes_the_values_of_each_asking_and_no_row_of_another_operator(store: Store) -> None:
    for operator, last_seq in (("h1", 1), ("h2", 2)):
        with store.begin(operator) as work:
            work.table(STREAM_HEAD).add(stream_key="a", last_seq=last_seq, done_seq=0)
    with store.begin("h1") as work:
        table = work.table(STREAM_HEAD)
        assert (table.change(KEY == "a", last_seq=5), table.change(KEY == "b", last_seq=6)) == (1, 0)
        assert [table.one(KEY == "a") is None, table.one(KEY == "b") is None] == [False, True]
        assert table.one(KEY == "a", OF == "h2") is None
    with store.read("h2") as work:
        assert last(work.table(STREAM_HEAD), "a") == [2]


def test_a_condition_that_is_no_equal_value_is_asked_as_it_stands(store: Store) -> None:
    with store.begin("h1") as work:
        table = work.table(STREAM_HEAD)
        table.add(stream_key="a", last_seq=3, done_seq=0)
        assert [row.last_seq for row in table.all(KEY == "a", LAST > 2)] == [3]
        assert (table.all(LAST.is_(None)), table.all(LAST == None)) == ([], [])  # noqa: E711  SQL's own null
        assert table.change(KEY == "a", last_seq=LAST + 1) == 1
        assert last(table, "a") == [4]
