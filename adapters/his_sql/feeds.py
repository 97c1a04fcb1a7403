"""One look at a feed of the hospital's database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlalchemy.sql import Executable

from adapters.errors import Malformed
from adapters.feed import FeedItem, Fetched
from adapters.his_sql import cells, marks, rows
from adapters.his_sql.database import Row
from adapters.his_sql.marks import Key, Mark
from adapters.his_sql.pages import ITEM, TIE, WATERMARK, Paged

LONGEST = 200
"""Characters of an item's id and version."""

Ask = Callable[[Executable], Sequence[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """One feed; `kind` names a record, `fields` gives the column of each of its fields, `fixed` what is always so.

    `overlap` is how late a row may be committed: seconds, or units of a watermark that counts. `page` counts rows.
    """

    name: str
    kind: str
    every: timedelta
    paged: Paged
    overlap: int
    page: int
    fields: Mapping[str, str]
    fixed: Mapping[str, str]

    @property
    def subject(self) -> str:
        """The column of the patient's number, '' where the feed has none."""
        return self.fields.get("mrn") or self.fields.get("visit_card_no", "")

    @property
    def documents(self) -> frozenset[str]:
        """The columns that hold bytes which are no text, names folded."""
        return frozenset({self.fields["document"].casefold()} if "document" in self.fields else ())


@dataclass(frozen=True, slots=True)
class Look:
    """A look at `feed`; `ask` reads, `now` and `zone` say what is still to come."""

    feed: FeedSettings
    ask: Ask
    charset: str
    now: datetime
    zone: tzinfo

    def fetched(self, written: str) -> Fetched:
        """The page after that mark; the mark stays as it was where nothing came."""
        mark = marks.read(written)
        keys, newest = self._keys(mark)
        if not keys:
            return Fetched((), Mark(since=mark.since).written() if mark.running and mark.since is not None else written)
        page, more = keys[: self.feed.page], len(keys) > self.feed.page
        last = Key(page[-1].cells[WATERMARK], page[-1].cells[TIE])
        since = mark.since if mark.running else self._settled(last.watermark if newest is None else newest)
        reached = Mark(last, since, running=True) if more else Mark(None if since is not None else last, since)
        return Fetched(tuple(self._items(page)), reached.written(), more)

    def _keys(self, mark: Mark) -> tuple[Sequence[Row], object]:
        """One key more than a page holds where there is more, and the newest watermark of before they were read."""
        asked = self.feed.paged.keys(mark, self.feed.page + 1)
        keys = self.ask(asked)
        if mark.running or not self.feed.overlap or len(keys) <= self.feed.page:
            return keys, None
        # A long round: what is committed while it runs is late against what stood there before its first page.
        (newest,) = self.ask(self.feed.paged.newest())
        return self.ask(asked), newest.cells[0]

    def _settled(self, newest: object) -> object:
        return marks.settled(newest, self.feed.overlap, self.now, self.zone)

    def _items(self, page: Sequence[Row]) -> Sequence[FeedItem]:
        keys: dict[str, Row] = {}
        for row in page:
            keys[self._text(row.cells[ITEM])] = row
        whole = self._whole([row.cells[ITEM] for name, row in keys.items() if name])
        return [self._item(name, row, whole.get(name)) for name, row in keys.items() if name in whole or not name]

    def _item(self, name: str, key: Row, told: Sequence[Row] | None) -> FeedItem:
        feed, version = self.feed, self._text(key.cells[WATERMARK])
        if told is None:
            raw = rows.unreadable(feed.name, "its number is empty" if not name else "its rows cannot be read")
            return FeedItem((name or self._text(key.cells[TIE]))[:LONGEST], version[:LONGEST], feed.kind, "", raw)
        raw = rows.written(feed.name, told, charset=self.charset, documents=feed.documents)
        subject = self._text(told[0][feed.subject]) if feed.subject and feed.subject in told[0] else ""
        return FeedItem(name[:LONGEST], version[:LONGEST], feed.kind, subject, raw)

    def _whole(self, items: Sequence[object]) -> Mapping[str, Sequence[Row] | None]:
        """The rows of each item that is still there; None for one whose rows cannot be read."""
        if not items:
            return {}
        try:
            found = self.ask(self.feed.paged.whole(items))
        except Malformed:
            if len(items) == 1:
                return {self._text(items[0]): None}
            half = len(items) // 2
            return {**self._whole(items[:half]), **self._whole(items[half:])}
        together: dict[str, list[Row]] = {}
        for row in found:
            together.setdefault(self._text(row[self.feed.paged.columns[ITEM]]), []).append(row)
        return together

    def _text(self, value: object) -> str:
        """A number as text; one that is no text is told by its bytes."""
        try:
            return cells.text(value, self.charset)
        except cells.Undecodable:
            return cells.encoded(value)
