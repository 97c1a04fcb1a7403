"""What goes straight to the driver fails as SQLAlchemy's statements do, and is heard as they are."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError

from hospital_bridge.store.straight import rows_of, run
from hospital_bridge.store.unit_of_work import Store

_TWICE = "INSERT INTO operator SELECT * FROM operator WHERE operator_id = 'h1'"


def test_it_gives_its_rows_or_none(store: Store) -> None:
    with store.begin("h1") as work:
        assert [*rows_of(work.connection, "SELECT operator_id FROM operator")] in ([("h1",)], [("h1",), ("h2",)])
        run(work.connection, "UPDATE operator SET name = name WHERE operator_id = 'h1'")


def test_a_broken_rule_is_sqlalchemys_error(store: Store) -> None:
    with pytest.raises(IntegrityError) as broken, store.begin("h1") as work:
        run(work.connection, _TWICE)
    assert broken.value.hide_parameters


def test_whoever_listens_to_statements_hears_it(store: Store) -> None:
    heard: list[str] = []

    def hear(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    event.listen(store.engine, "before_cursor_execute", hear)
    with store.begin("h1") as work:
        rows = rows_of(work.connection, "SELECT operator_id FROM operator WHERE operator_id = 'h1'")
    assert [*rows] == [("h1",)]
    assert "SELECT operator_id FROM operator WHERE operator_id = 'h1'" in heard
