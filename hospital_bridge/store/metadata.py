"""The one MetaData of the core, its naming convention and its column types."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    MetaData,
    String,
    Table,
    TypeDecorator,
    literal_column,
    text,
)
from sqlalchemy.types import TypeEngine

from hospital_bridge.clock import aware

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)

ID = String(32)
CODE = String(64)
_TO_MICROSECONDS = len("2026-11-23T08:30:00.000000")

# Table(..., info=APPEND_ONLY): a trigger refuses UPDATE and DELETE, and the application role has no right to them.
APPEND_ONLY = {"append_only": True}


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC; on SQLite as text of fixed width, so that text order is time order."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))  # type: ignore[arg-type]  # text stands in for the instant
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant = aware(value)
        if dialect.name != "sqlite":
            return instant
        return f"{instant.isoformat(timespec='microseconds')[:_TO_MICROSECONDS]}Z"  # type: ignore[return-value]

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value).astimezone(UTC)
        return value.astimezone(UTC)


class Described(TypeDecorator[str]):
    """Words from outside that only people read: what is too long is cut, and never costs the commit of a fact."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self._longest = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value[: self._longest]


def operator_column() -> Column[str]:
    """The tenant, first in every primary, unique and foreign key."""
    return Column("operator_id", CODE, primary_key=True, nullable=False)


def belongs_to(table: str, column: str, target_column: str | None = None) -> ForeignKeyConstraint:
    """A foreign key that cannot leave its operator."""
    target = target_column or column
    return ForeignKeyConstraint(["operator_id", column], [f"{table}.operator_id", f"{table}.{target}"])


def where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, on both databases: `Index(..., **where("state = 'ready'"))`."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def as_indexed(condition: str) -> ColumnElement[bool]:
    """The condition of a partial index in a query, letter by letter: in other words SQLite would not use the index."""
    return literal_column(condition)


def is_append_only(table: Table) -> bool:
    """Whether the table's rows are never changed and never deleted."""
    return bool(table.info.get("append_only"))
