"""Rows and frozen dataclasses with the same names: the mapper that the aggregates share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Row

Record = TypeVar("Record")


def columns_of(record: Any, *, without: Iterable[str] = ()) -> dict[str, object]:
    """Column values of a dataclass, one for each field."""
    left_out = set(without)
    return {field.name: getattr(record, field.name) for field in fields(record) if field.name not in left_out}


def record_of(kind: type[Record], row: Row[Any], **instead: object) -> Record:
    """The dataclass that a row tells of, with some values read `instead`; the operator stays with the unit of work."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # every kind is a dataclass
    values = row._mapping  # noqa: SLF001 - public
    return kind(**{name: value for name, value in values.items() if name in names} | instead)
