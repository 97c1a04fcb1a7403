"""How far each feed of the hospital's systems was fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Table, Text

from hospital_bridge.store.metadata import CODE, Instant, metadata, operator_column

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

FEED_MARK = Table(
    "feed_mark",
    metadata,
    operator_column(),
    Column("name", CODE, primary_key=True),
    Column("mark", Text, nullable=False),
    Column("fetched_at", Instant, nullable=False),
)


class Overtaken(Exception):
    """Another process fetched the same page first; nothing of this one may be kept."""


class FeedMarks:
    """The marks of one operator; a feed is named `system.feed`."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(FEED_MARK)

    def get(self, name: str) -> str:
        """Where the next look begins; empty for the very beginning."""
        row = self._table.one(FEED_MARK.c.name == name)
        return "" if row is None else row.mark

    def advance(self, name: str, since: str, mark: str) -> None:
        """From `since` to `mark`; Overtaken where another process has fetched meanwhile: what it kept stands."""
        reached = {"mark": mark, "fetched_at": self._work.now}
        if since and self._table.change(FEED_MARK.c.name == name, FEED_MARK.c.mark == since, **reached):
            return
        if since or self._table.one(FEED_MARK.c.name == name) is not None:
            raise Overtaken(name)
        self._table.add(name=name, **reached)

    def forget(self, name: str) -> bool:
        """Begin anew; what is known already is recognised when it comes again."""
        return bool(self._table.remove(FEED_MARK.c.name == name))
