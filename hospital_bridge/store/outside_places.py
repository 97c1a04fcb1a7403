"""The places for calls to one outside system that all processes share, held for the time of a call at most."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Column, ColumnElement, Integer, String, Table, text
from sqlalchemy.exc import DBAPIError

from adapters.errors import Busy
from hospital_bridge.store.metadata import CODE, Instant, metadata, operator_column
from hospital_bridge.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from hospital_bridge.clock import Clock
    from hospital_bridge.store.unit_of_work import Store, Work

OUTSIDE_PLACE = Table(
    "outside_place",
    metadata,
    operator_column(),
    Column("system", CODE, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("holder", String(64), nullable=False),
    Column("held_until", Instant, nullable=False),
)

LOOK_SECONDS = 0.05
"""How often a process looks again for a free place."""


class OutsidePlaces:
    """The places of one operator's systems, numbered from 1."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(OUTSIDE_PLACE)
        _need_not_last(work)

    def take(self, system: str, count: int, holder: str, until: timedelta) -> int | None:
        """The number of a place that is `holder`'s for so long; None where all are held."""
        row, now = OUTSIDE_PLACE.c, self._work.now
        standing = self._table.all(row.system == system, row.place <= count, order_by=[row.place])
        mine = {"holder": holder, "held_until": now + until}
        for found in standing:
            # The same row at the same moment is one process's alone: the other finds another `held_until`.
            is_as_it_was = row.held_until == found.held_until
            if found.held_until <= now and self._table.change(*_is(system, found.place), is_as_it_was, **mine):
                return int(found.place)
        missing = set(range(1, count + 1)) - {found.place for found in standing}
        return next((place for place in sorted(missing) if self._lay(system, place, mine)), None)

    def give_back(self, system: str, place: int, holder: str) -> None:
        """Free it, unless its time was over and it is somebody else's."""
        self._table.change(*_is(system, place), OUTSIDE_PLACE.c.holder == holder, held_until=self._work.now)

    def _lay(self, system: str, place: int, mine: dict[str, object]) -> bool:
        values = {"operator_id": self._work.operator_id, "system": system, "place": place, **mine}
        lay = insert_on_conflict(self._work.connection, OUTSIDE_PLACE).values(values).on_conflict_do_nothing()
        return self._work.connection.execute(lay.returning(OUTSIDE_PLACE.c.place)).one_or_none() is not None


@dataclass(frozen=True, slots=True)
class SharedPlaces:
    """So many calls to a system at once, whichever processes make them.

    A place that a dead process does not give back is free again `longest` after it was taken.
    """

    store: Store
    clock: Clock
    operator_id: str
    system: str
    count: int
    wait: timedelta
    longest: timedelta

    @contextmanager
    def place(self, holder: str) -> Iterator[None]:
        """Hold one; Busy where none was free in time."""
        place = self._counted(holder)
        try:
            yield
        finally:
            if place is not None:
                with self.store.begin(self.operator_id) as work:
                    OutsidePlaces(work).give_back(self.system, place, holder)

    def _counted(self, holder: str) -> int | None:
        """None where the database cannot count, such as before its tables are made: each process still does."""
        try:
            return self._found(holder)
        except DBAPIError:
            return None

    def _found(self, holder: str) -> int:
        for _ in range(int(self.wait.total_seconds() / LOOK_SECONDS) + 1):
            with self.store.begin(self.operator_id) as work:
                place = OutsidePlaces(work).take(self.system, self.count, holder, self.longest)
            if place is not None:
                return place
            self.clock.sleep(LOOK_SECONDS)
        raise Busy(f"busy: other processes held every place for {self.wait.total_seconds():g} s")


def _is(system: str, place: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OUTSIDE_PLACE.c.system == system, OUTSIDE_PLACE.c.place == place


def _need_not_last(work: Work) -> None:
    """A place that a crash forgets was nobody's any more: this commit alone need not wait for the disk."""
    if work.connection.dialect.name == "postgresql":
        work.connection.execute(text("SET LOCAL synchronous_commit TO off"))
