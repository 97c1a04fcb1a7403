"""The statements that page through a feed, made around the hospital's own: portable, and ordered by construction.

First the keys of a page, then the whole of what they belong to: a report whose rows lie on both sides of a page's end,
or of which only one row was touched, is still told with all its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal_column, or_, select, text
from sqlalchemy.types import NullType

from adapters.his_sql.marks import Mark

WATERMARK, TIE, ITEM = range(3)
"""Places of the columns in a page of keys."""


@dataclass(frozen=True, slots=True)
class Paged:
    """A feed's statement and the columns that order it; `item` is the number of what a row belongs to."""

    statement: str
    watermark: str
    tie: str
    item: str

    @property
    def columns(self) -> tuple[str, str, str]:
        """The names of watermark, tie and item, without the quotes in which a statement needs them."""
        return plain(self.watermark), plain(self.tie), plain(self.item)

    def keys(self, mark: Mark, most: int) -> Select[Any]:
        """The keys that come after the mark, the oldest first."""
        watermark: ColumnElement[Any] = literal_column(self.watermark)
        tie: ColumnElement[Any] = literal_column(self.tie)
        asked = self._from(
            watermark.label("fed_mark"), tie.label("fed_tie"), literal_column(self.item).label("fed_item")
        )
        return asked.where(*_after(mark, watermark, tie)).order_by(watermark, tie).limit(most)

    def newest(self) -> Select[Any]:
        """The greatest watermark of all."""
        return self._from(func.max(literal_column(self.watermark)))

    def whole(self, items: Sequence[object]) -> Select[Any]:
        """Every row of these items, each item's together and in a fixed order."""
        item: ColumnElement[Any] = literal_column(self.item)
        wanted = item.in_(bindparam("items", list(items), expanding=True, type_=NullType()))
        return self._from(literal_column("feed.*")).where(wanted).order_by(item, literal_column(self.tie))

    def _from(self, *columns: ColumnElement[Any]) -> Select[Any]:
        return select(*columns).select_from(text(f"({self.statement}) feed"))


def plain(column: str) -> str:
    """The name of a column without its quotes."""
    return column.strip('"`[]')


def _after(mark: Mark, watermark: ColumnElement[Any], tie: ColumnElement[Any]) -> Sequence[ColumnElement[bool]]:
    """Values go as the driver knows them, without a type of ours: the column's own decides how they compare."""
    if mark.after is not None and (mark.running or mark.since is None):
        reached, last = _bound("reached", mark.after.watermark), _bound("last", mark.after.tie)
        # The first part says nothing new, but an index on the watermark alone can use it.
        return (watermark >= reached, or_(watermark > reached, and_(watermark == reached, tie > last)))
    return () if mark.since is None else (watermark >= _bound("since", mark.since),)


def _bound(name: str, value: Any) -> Any:
    return bindparam(name, value, type_=NullType())
