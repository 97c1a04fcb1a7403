"""Rows that are given to the database in one statement come out as they went in, whatever stands in them."""

from __future__ import annotations

import pytest
from sqlalchemy import LargeBinary, String

from hospital_bridge.store.many_rows import given_rows
from hospital_bridge.store.straight import rows_of
from hospital_bridge.store.unit_of_work import Store

ODD = ["", " ", "NULL", "null", '"', '","', "\\", '\\"', "a,b", "{}", "{", "}", "'", "测试", "a\r\nb", '"}', '{"']


@pytest.mark.parametrize("texts", [["plain"], ["a", "b", "c"], ODD, [*ODD, None], [None], *([odd, "x"] for odd in ODD)])
def test_every_value_comes_out_as_it_went_in(store: Store, texts: list[str | None]) -> None:
    given = [(text, str(number).encode()) for number, text in enumerate(texts)]
    with store.begin("h1") as work:
        query, values = given_rows(work.connection, (String(), LargeBinary()), given)
        found = rows_of(work.connection, query, values)
    assert sorted(found, key=lambda row: int(row[1])) == given
