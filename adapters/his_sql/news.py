"""What the rows of a feed tell, by the map of that feed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from adapters.errors import Malformed
from adapters.heard import Heard, sorted_out
from adapters.heard import Told as News
from adapters.his_sql import rows
from adapters.his_sql.feeds import FeedSettings
from adapters.his_sql.settings import SqlHisSettings
from adapters.news import Preview, Unread
from adapters.records import Record
from adapters.records.bills import bill
from adapters.records.merges import merge
from adapters.records.reports import report
from adapters.records.stays import stay
from adapters.records.visits import visit


def read(raw: bytes, settings: SqlHisSettings) -> Heard:
    """The news in them; Malformed where a row cannot be read, for half of a thing is never news."""
    told = rows.read(raw)
    if told.fault:
        raise Malformed(told.fault)
    feed = _feed(told, settings)
    records = [_record(rows.texts(row), feed) for row in told.rows]
    if not records:
        raise Malformed("there is no row")
    return sorted_out(_told(feed, records, settings))


def preview(raw: bytes, settings: SqlHisSettings) -> Preview:
    """The same with the filled columns that no field takes."""
    heard, told = read(raw, settings), rows.read(raw)
    feed = _feed(told, settings)
    known = {column.casefold() for column in (*feed.fields.values(), *feed.paged.columns)}
    seen: dict[str, str] = {}
    for row in told.rows:
        for name, cell in rows.texts(row).items():
            if cell and name.casefold() not in known:
                seen.setdefault(name, cell)
    return Preview(heard.news, heard.left, tuple(Unread(name, text) for name, text in seen.items()))


def _told(feed: FeedSettings, records: Sequence[Record], settings: SqlHisSettings) -> Iterator[News]:
    match feed.kind:
        case "visit":
            yield from (visit(record, settings.conventions) for record in records)
        case "merge":
            yield from (merge(record, settings.conventions) for record in records)
        case "stay":
            yield from (stay(record, settings.conventions) for record in records)
        case "bill":
            yield bill(records, settings.conventions)
        case _:
            yield report(records, settings.conventions)


def _record(row: rows.Cells, feed: FeedSettings) -> Record:
    folded = {name.casefold(): cell for name, cell in row.items()}
    missing = next((column for column in feed.fields.values() if column.casefold() not in folded), None)
    if missing is not None:
        raise Malformed(f"the statement has no column {missing}")
    columns: Mapping[str, str] = feed.fields
    return {**feed.fixed, **{field: folded[column.casefold()] or "" for field, column in columns.items()}}


def _feed(told: rows.Told, settings: SqlHisSettings) -> FeedSettings:
    found = next((feed for feed in settings.feeds if feed.name == told.feed), None)
    if found is None:
        raise Malformed("the settings have no feed of that name any more")
    return found
