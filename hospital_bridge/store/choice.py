"""A column that holds one word of a fixed list, read back as that list's member."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint, Column, Dialect, String, TypeDecorator

Word = TypeVar("Word", bound=StrEnum)


class Choice(TypeDecorator[Word]):
    """A member of `words`, stored as its text."""

    impl = String(24)
    cache_ok = True

    def __init__(self, words: type[Word]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Word | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Word | None:
        return None if value is None else self.words(value)


def choice(
    name: str, words: type[StrEnum], *, primary_key: bool = False, nullable: bool = False
) -> tuple[Column[Any], CheckConstraint]:
    """The column, and the check by which the database itself refuses any other word."""
    column: Column[Any] = Column(name, Choice(words), primary_key=primary_key, nullable=nullable)
    known = ", ".join(f"'{word.value}'" for word in words)
    return column, CheckConstraint(f"{name} IN ({known})", name=name)
