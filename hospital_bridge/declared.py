"""Holds a vertical to its declarations while it runs: its own tables, jobs and sales, and its personal data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hospital_bridge.slot import HOLDS, NOTHING_PERSONAL

if TYPE_CHECKING:
    from datetime import datetime

    from hospital_bridge.slot import Jobs, Seal, Vertical


class NotDeclared(Exception):
    """A vertical reached for what it does not declare; nothing was done."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What one vertical declares; `places` are the columns of its personal data."""

    tables: frozenset[str]
    topics: frozenset[str]
    places: frozenset[tuple[str, str]]
    sales: frozenset[str]

    @classmethod
    def of(cls, vertical: Vertical) -> Declared:
        """Read from its data, once at start."""
        tables = {} if vertical.tables is None else vertical.tables.tables
        places = {
            (name, column.name)
            for name, table in tables.items()
            for column in table.columns
            if column.info.get(HOLDS) not in {None, NOTHING_PERSONAL}
        }
        topics = {reaction.topic for reaction in vertical.reactions}
        sales = {sale.kind for sale in vertical.sales}
        return cls(frozenset(tables), frozenset(topics), frozenset(places), frozenset(sales))

    def must_have_table(self, name: str) -> None:
        """NotDeclared for a table of somebody else's, such as the core's."""
        if name not in self.tables:
            raise NotDeclared(f"the table {name}")

    def must_have_sale(self, kind: str) -> None:
        """NotDeclared for a kind of sale of somebody else's: neither its prices nor its refunds are this one's."""
        if kind not in self.sales:
            raise NotDeclared(f"the sale {kind}")


@dataclass(frozen=True, slots=True)
class OwnJobs:
    """`slot.Jobs` for topics that have a reaction of the vertical."""

    jobs: Jobs
    declared: Declared

    def add(
        self,
        topic: str,
        ref: str,
        *,
        lane: str = "io",
        stream: str,
        dedupe_key: str | None = None,
        run_at: datetime | None = None,
    ) -> str:
        if topic not in self.declared.topics:
            raise NotDeclared(f"the topic {topic}")
        return self.jobs.add(topic, ref, lane=lane, stream=stream, dedupe_key=dedupe_key, run_at=run_at)


@dataclass(frozen=True, slots=True)
class OwnSeal:
    """`slot.Seal` that seals into columns whose class of personal data is declared; it opens whatever it sealed."""

    seal_of_operator: Seal
    declared: Declared

    def welcome(self, subject_id: str) -> None:
        self.seal_of_operator.welcome(subject_id)

    def seal(self, subject_id: str, table: str, column: str, row_id: str, value: str) -> bytes:
        return self._into(table, column).seal(subject_id, table, column, row_id, value)

    def seal_bytes(self, subject_id: str, table: str, column: str, row_id: str, value: bytes) -> bytes:
        return self._into(table, column).seal_bytes(subject_id, table, column, row_id, value)

    def seal_own(self, table: str, column: str, row_id: str, value: bytes) -> bytes:
        return self._into(table, column).seal_own(table, column, row_id, value)

    def _into(self, table: str, column: str) -> Seal:
        if (table, column) not in self.declared.places:
            raise NotDeclared(f"personal data in {table}.{column}")
        return self.seal_of_operator

    def open(self, subject_id: str, table: str, column: str, row_id: str, sealed: bytes) -> str:
        return self.seal_of_operator.open(subject_id, table, column, row_id, sealed)

    def open_bytes(self, subject_id: str, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        return self.seal_of_operator.open_bytes(subject_id, table, column, row_id, sealed)

    def open_own(self, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        return self.seal_of_operator.open_own(table, column, row_id, sealed)

    def index(self, kind: str, value: str) -> str:
        return self.seal_of_operator.index(kind, value)
