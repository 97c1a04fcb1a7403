"""One record as its reader asks it; a fault names the field and quotes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from adapters import texts
from adapters.errors import Malformed
from adapters.records import Record
from adapters.records.conventions import ANYTHING_ELSE, Conventions
from adapters.values import Fen

Meaning = TypeVar("Meaning")


class Fields:
    """`fields.text("mrn")` is the text of that field, stripped; '' where it is absent or stands for nothing."""

    def __init__(self, record: Record, conventions: Conventions) -> None:
        self._record = record
        self.conventions = conventions

    def text(self, name: str) -> str:
        """What stands there."""
        found = self._record.get(name, "").strip()
        return "" if found in self.conventions.blanks else found

    def required(self, name: str) -> str:
        """What stands there; Malformed where nothing does."""
        found = self.text(name)
        if not found:
            raise Malformed(f"{name} is missing")
        return found

    def number(self, name: str) -> str:
        """A number by which the hospital knows a thing, '' where there is none."""
        return texts.identifier(self.text(name), name)

    def required_number(self, name: str) -> str:
        """The same; Malformed where there is none."""
        return texts.identifier(self.required(name), name)

    def whole(self, name: str) -> int:
        """A whole number."""
        return texts.whole_number(self.required(name), name)

    def amount(self, name: str) -> Fen | None:
        """An amount of either sign in the hospital's unit, None where there is none."""
        found = self.text(name)
        return texts.AMOUNTS[self.conventions.unit](found, name) if found else None

    def required_amount(self, name: str) -> Fen:
        """The same; Malformed where there is none."""
        return texts.AMOUNTS[self.conventions.unit](self.required(name), name)

    def day(self, name: str) -> date | None:
        """A calendar day as written, None where there is none."""
        found = self.text(name)
        return texts.day(found, name, self.conventions.formats) if found else None

    def instant(self, name: str) -> datetime | None:
        """An aware instant in UTC, None where there is none."""
        found = self.text(name)
        if not found:
            return None
        return texts.instant(found, self.conventions.time_zone, name, self.conventions.formats)

    def required_instant(self, name: str) -> datetime:
        """The same; Malformed where there is none."""
        self.required(name)
        found = self.instant(name)
        assert found is not None  # noqa: S101 - it was required
        return found

    def meaning(self, name: str, table: Mapping[str, Meaning]) -> Meaning:
        """What the code there means; Malformed where the table does not list it."""
        code = self.text(name)
        key = code if code in table else ANYTHING_ELSE
        if key not in table:
            raise Malformed(f"{name} {'holds a code that no table lists' if code else 'is missing'}")
        return table[key]

    def holds(self, name: str) -> bool:
        """Whether it says yes; no where it says nothing."""
        return self.meaning(name, self.conventions.truths) if self.text(name) else False
