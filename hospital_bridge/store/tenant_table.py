"""One table as one operator sees it: the operator predicate stands in every statement."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ClauseElement,
    Column,
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    delete,
    insert,
    select,
    update,
)

from hospital_bridge.store.kept_statements import Picked, parameters, picked, selecting, updating
from hospital_bridge.store.many_rows import insert_rows
from hospital_bridge.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class StaleVersion(Exception):
    """Somebody else changed the row since it was read; read it again."""


class TenantTable:
    """Statements on one table, bound to one operator."""

    def __init__(self, connection: Connection, operator_id: str, table: Table) -> None:
        self._connected = connection
        self._operator_id = operator_id
        self._table = table
        self._ahead: dict[tuple[object, ...], dict[object, list[Row[Any]]]] = {}
        self._later: list[dict[str, object]] = []

    @property
    def _connection(self) -> Connection:
        # Whatever is asked of the table comes after what was to be written.
        self.write()
        return self._connected

    @cached_property
    def _ours(self) -> ColumnElement[bool]:
        return self._table.c.operator_id == self._operator_id

    def _mine(self, *where: ColumnElement[bool]) -> ColumnElement[bool]:
        return and_(self._ours, *where)

    def _picked(self, where: Iterable[ColumnElement[bool]]) -> Picked | None:
        picks = picked(where)
        if picks is None or "operator_id" in picks:
            return None
        return {"operator_id": self._operator_id, **picks}

    def one(self, *where: ColumnElement[bool], lock: bool = False) -> Row[Any] | None:
        """The only matching row or None; `lock` holds it until the transaction ends."""
        if picks := self._picked(where):
            kept = selecting(self._table, tuple(picks), lock=lock)
            return self._connection.execute(kept, parameters(picks)).one_or_none()
        statement = select(self._table).where(self._mine(*where))
        if lock:
            statement = statement.with_for_update()
        return self._connection.execute(statement).one_or_none()

    def all(
        self,
        *where: ColumnElement[bool],
        order_by: Sequence[ColumnElement[Any]] = (),
        limit: int | None = None,
        lock: bool = False,
    ) -> Sequence[Row[Any]]:
        """Every matching row; `lock` holds them until the transaction ends, to be taken in one order everywhere."""
        picks = None if order_by or limit is not None else self._picked(where)
        if picks:
            kept = selecting(self._table, tuple(picks), lock=lock)
            return self._connection.execute(kept, parameters(picks)).all()
        statement = select(self._table).where(self._mine(*where)).order_by(*order_by).limit(limit)
        return self._connection.execute(statement.with_for_update() if lock else statement).all()

    def of(self, column: Column[Any], value: object, *where: ColumnElement[bool]) -> Sequence[Row[Any]]:
        """The rows with that value in the column, in no order; asked for by nobody where they were read ahead."""
        known = self._ahead.get((column.name, *where), {})
        return known[value] if value in known else self.all(column == value, *where)

    def knows(self, column: Column[Any], value: object, *where: ColumnElement[bool]) -> bool:
        """Whether the rows with that value were read ahead."""
        return value in self._ahead.get((column.name, *where), {})

    def read_ahead(self, column: Column[Any], values: Iterable[object], *where: ColumnElement[bool]) -> None:
        """Read in one statement what `of` will be asked for in the same words; a change here forgets what it touches.

        Changes of others are not seen from here on: whoever must not miss one keeps it off with a lock first.
        """
        found: dict[object, list[Row[Any]]] = {value: [] for value in values}
        for row in self.all(column.in_(found), *where) if found else ():
            found[getattr(row, column.name)].append(row)
        self._ahead.setdefault((column.name, *where), {}).update(found)

    def forget_ahead(self) -> None:
        """Ask anew for what was read ahead."""
        self._ahead.clear()

    def add(self, **values: object) -> None:
        """Insert one row."""
        self._forget(values)
        # Values beside the statement, not in it: SQLAlchemy then writes the SQL of a table once and not each time.
        self._connection.execute(insert(self._table), {"operator_id": self._operator_id, **values})

    def add_later(self, **values: object) -> None:
        """Insert one row with others of the same columns: before this table is asked anything, or at the end."""
        self._forget(values)
        self._later.append({"operator_id": self._operator_id, **values})

    def write(self) -> None:
        """Insert in one statement what was to be inserted later."""
        if self._later:
            rows, self._later = self._later, []
            insert_rows(self._connected, self._table, rows)

    def add_new(self, **values: object) -> bool:
        """Insert one row unless another has one of its keys, also since this instant; whether it was inserted."""
        statement = insert_on_conflict(self._connection, self._table).on_conflict_do_nothing()
        row = {"operator_id": self._operator_id, **values}
        self._forget(values)
        return self._connection.execute(statement, row, execution_options={"preserve_rowcount": True}).rowcount == 1

    def change(self, *where: ColumnElement[bool], **values: object) -> int:
        """Update the matching rows; how many there were."""
        self.forget_ahead()
        picks = self._picked(where)
        if picks and not any(isinstance(value, ClauseElement) for value in values.values()):
            kept = updating(self._table, tuple(picks), tuple(values))
            return self._connection.execute(kept, parameters(picks) | values).rowcount
        return self._connection.execute(update(self._table).where(self._mine(*where)).values(**values)).rowcount

    def remove(self, *where: ColumnElement[bool]) -> int:
        """Delete the matching rows; how many there were."""
        self.forget_ahead()
        return self._connection.execute(delete(self._table).where(self._mine(*where))).rowcount

    def save(self, *where: ColumnElement[bool], version: int, **values: object) -> None:
        """Update one row that still has `version`, and count the version up; StaleVersion otherwise."""
        guard = self._table.c.version == version
        if self.change(*where, guard, version=version + 1, **values) != 1:
            raise StaleVersion(self._table.name)

    def _forget(self, added: Mapping[str, object]) -> None:
        for (column, *_), known in self._ahead.items():
            known.pop(added.get(str(column)), None)


class TenantTables:
    """The tables of one unit of work, each made when it is first asked for."""

    def __init__(self, connection: Connection, operator_id: str) -> None:
        self._connection = connection
        self._operator_id = operator_id
        self._known: dict[str, TenantTable] = {}

    def of(self, table: Table) -> TenantTable:
        """The table as the operator sees it."""
        if table.name not in self._known:
            self._known[table.name] = TenantTable(self._connection, self._operator_id, table)
        return self._known[table.name]

    def write(self) -> None:
        """Insert what was to be inserted later."""
        for known in self._known.values():
            known.write()

    def forget_ahead(self) -> None:
        """Ask anew for what was read ahead."""
        for known in self._known.values():
            known.forget_ahead()
