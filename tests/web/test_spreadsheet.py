"""What is saved for a spreadsheet holds no formula, whatever somebody outside has called an order."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_bridge.web.spreadsheet import table, yuan

nasty = st.text(st.sampled_from("=+-@\t\r\n\0|%＝＋－＠ '\",;a1 \u3000\ufeff"), max_size=8) | st.text(max_size=8)


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(st.lists(st.lists(nasty, min_size=3, max_size=3), max_size=4))
def test_no_cell_begins_a_formula_and_none_moves(rows: list[list[str]]) -> None:
    told = read(table(["a", "b", "c"], rows))
    assert [len(row) for row in told] == [3] * (len(rows) + 1)
    for cell in (cell for row in told for cell in row):
        assert cell.strip(" \u3000\xa0\ufeff")[:1] not in list("=+-@\t\r\n|%＝＋－＠"), cell
    plain = [[cell.removeprefix("'") for cell in row] for row in told[1:]]
    assert plain == [[cell.replace("\0", "").removeprefix("'") for cell in row] for row in rows]


@pytest.mark.parametrize("order_no", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\0=1", "＝1"])
def test_an_order_number_that_would_compute_is_shown_as_text(order_no: str) -> None:
    assert read(table(["order"], [[order_no]]))[1] == ["'" + order_no.replace("\0", "")]


@pytest.mark.parametrize("order_no", ["202611290001", "2026112922001400001234567890", "0012"])
def test_a_long_number_keeps_every_digit_in_a_spreadsheet(order_no: str) -> None:
    assert read(table(["order"], [[order_no]]))[1] == [f"{order_no}\t"]


def test_a_sum_below_zero_is_one_that_a_spreadsheet_adds_up() -> None:
    assert table(["sum"], [[yuan(-1230)], ["-12.30"]]) == '"sum"\r\n"-12.30"\r\n"\'-12.30"\r\n'


def test_plain_words_and_sums_stay_as_they_are() -> None:
    assert table(["日期", "借方"], [["2026-11-23", "12.30"]]) == '"日期","借方"\r\n"2026-11-23","12.30"\r\n'
