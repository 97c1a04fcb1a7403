"""Statements that pick rows by the values of columns, made once for each set of columns.

Making one and finding its SQL again costs SQLAlchemy several times what SQLite needs to run it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from operator import eq

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    Column,
    ColumnElement,
    Select,
    Table,
    Update,
    bindparam,
    select,
    update,
)

_PICKS = "{}_is"
Picked = dict[str, object]


def picked(conditions: Iterable[ColumnElement[bool]]) -> Picked | None:
    """The values by column, where each condition is `column == value`; None where one says anything else."""
    values: Picked = {}
    for each in conditions:
        if not (isinstance(each, BinaryExpression) and each.operator is eq and isinstance(each.right, BindParameter)):
            return None
        if not isinstance(each.left, Column) or each.left.name in values:
            return None
        values[each.left.name] = each.right.value
    return values


def parameters(picks: Picked) -> Picked:
    """The same values as the statements here name them."""
    return {_PICKS.format(name): value for name, value in picks.items()}


@cache
def selecting(table: Table, names: tuple[str, ...], *, lock: bool) -> Select[tuple[object, ...]]:
    """The rows of the table that have `parameters` in the columns of those names."""
    statement = select(table).where(*_conditions(table, names))
    return statement.with_for_update() if lock else statement


@cache
def updating(table: Table, names: tuple[str, ...], changed: tuple[str, ...]) -> Update:
    """Change the columns `changed` of the rows that have `parameters` in the others."""
    return update(table).where(*_conditions(table, names)).values({name: bindparam(name) for name in changed})


def _conditions(table: Table, names: tuple[str, ...]) -> Iterable[ColumnElement[bool]]:
    return [table.c[name] == bindparam(_PICKS.format(name)) for name in names]
