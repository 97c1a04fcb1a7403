"""Lists of what is new, fetched page by page and cut into things; and the things read again as news."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from adapters.errors import Malformed, Reason, Refused
from adapters.feed import Feed, FeedItem, Fetched
from adapters.heard import Heard, Told, sorted_out
from adapters.his_http import cuttings
from adapters.his_http.cuttings import Cutting
from adapters.his_http.joining import Lookups
from adapters.his_http.marks import Key, look_of, mark_of, print_of, version_of
from adapters.his_http.questions import Questions
from adapters.his_http.reply import inmost
from adapters.his_http.rows import record_of, rows_of, text_of
from adapters.his_http.settings import FeedOperation, HttpHisSettings
from adapters.http import Response
from adapters.news import News, Preview, Unread
from adapters.records import Record, bills, merges, reports, stays, visits
from adapters.time import Now

PAGE = 200
"""Things of one page."""

KINDS = ("visit", "bill", "report", "merge", "stay")
"""What a feed may hold."""

_LONGEST = 200
_NUMBER_OF = {"bill": "bill_no", "report": "report_no"}
"""Whose records are one thing where they have the same number."""


class HttpFeeds:
    """HisFeeds, and HisNews of what they fetched."""

    def __init__(self, questions: Questions, settings: HttpHisSettings, now: Now) -> None:
        self._questions = questions
        self._settings = settings
        self._now = now

    # --- HisFeeds

    def feeds(self) -> Sequence[Feed]:
        return [Feed(name, feed.every) for name, feed in self._settings.feeds.items()]

    def fetch(self, feed: str, mark: str) -> Fetched:
        if feed not in self._settings.feeds:
            raise Refused(f"the settings name no feed {feed}", reason=Reason.NOT_ALLOWED)
        declared = self._settings.feeds[feed]
        begun = mark_of(mark)
        look = look_of(begun, declared, self._now())
        values = self._questions.lookups().first(declared.operation, look.asked)
        things = _things((answer.document for answer in self._questions.answers(declared.operation, values)), declared)
        known, left = list[_Thing](), list[_Thing]()
        for thing in things:
            (known if begun.knows(thing.key, thing.print) else left).append(thing)
        page = left[:PAGE]
        items = tuple(self._item(feed, declared, thing) for thing in page)
        is_last = len(left) <= PAGE
        since = look.since((thing.key for thing in page), is_last=is_last)
        taken = (thing.print for thing in (*known, *page) if look.again(thing.key[0], since, declared))
        after = begun.after([thing.key for thing in page], since=since, taken=taken)
        return Fetched(items, str(after), more=not (is_last and look.reaches_now))

    def _item(self, name: str, feed: FeedOperation, thing: _Thing) -> FeedItem:
        lookups = self._questions.lookups()
        return FeedItem(
            id=thing.key[1],
            version=thing.key[0][:_LONGEST],
            kind=feed.kind,
            subject=_subject(feed, *thing.rows[0]),
            raw=cuttings.written(name, [_cutting(feed, row, document, lookups) for row, document in thing.rows]),
        )

    # --- HisNews

    def read_news(self, raw: bytes, charset: str | None) -> Sequence[News]:
        return self._heard(raw).news

    def preview_news(self, raw: bytes, charset: str | None) -> Preview:
        """What was fetched; or a whole answer as somebody recorded it, read by the first feed whose list it holds."""
        feed, rows = self._opened(raw) if raw.lstrip().startswith(b'{"feed"') else self._recorded(raw)
        heard = self._told(feed, rows)
        unread = [Unread(place, text) for row in rows for place, text in cuttings.unread(row, feed.operation)]
        return Preview(heard.news, heard.left, unread)

    def _recorded(self, raw: bytes) -> tuple[FeedOperation, Sequence[Cutting]]:
        for feed in self._settings.feeds.values():
            asking = feed.operation.asking
            with contextlib.suppress(Malformed):
                document = inmost(Response(200, {}, raw), asking)
                if rows := rows_of(document, feed.operation.reading):
                    return feed, [Cutting(*cuttings.cut(row, document, feed.operation)) for row in rows]
        raise Malformed("neither a thing of a feed nor an answer with the list of one")

    def _heard(self, raw: bytes) -> Heard:
        return self._told(*self._opened(raw))

    def _told(self, feed: FeedOperation, rows: Sequence[Cutting]) -> Heard:
        """The news of rows of one number, or of one number after another."""
        by_number: dict[str, list[Record]] = {}
        for row in rows:
            for record in cuttings.records_of(row, feed.operation, self._settings):
                by_number.setdefault(record.get(_NUMBER_OF.get(feed.kind, ""), ""), []).append(record)
        return sorted_out(told for records in by_number.values() for told in _told(feed, records))

    def _opened(self, raw: bytes) -> tuple[FeedOperation, Sequence[Cutting]]:
        name, rows = cuttings.read(raw)
        if name not in self._settings.feeds or not rows:
            raise Malformed("a thing of a feed that the settings do not name")
        return self._settings.feeds[name], rows


def _cutting(feed: FeedOperation, row: Any, document: Any, lookups: Lookups) -> Cutting:
    """The row with all that belongs to it. A lookup that fails for this one alone must not stop those behind it."""
    operation = feed.operation
    fragment, above = cuttings.cut(row, document, operation)
    known: Record = record_of(row, document, operation.reading.fields)
    told: list[Sequence[Record]] = []
    try:
        for name in operation.reading.complete:
            told.append(lookups.told(name, known))
            known = {**known, **(told[-1][0] if told[-1] else {})}
    except (Malformed, Refused) as fault:
        return Cutting(fragment, above, told, fault.text)
    return Cutting(fragment, above, told)


class _Thing:
    """The rows of one id, each with the document that it stands in, in order of the answer."""

    def __init__(self, key: Key, row: Any, document: Any) -> None:
        self.key = key
        self.rows = [(row, document)]

    @cached_property
    def print(self) -> str:
        """What tells it in this state from every other."""
        return print_of(self.key, (cuttings.fragment_of(row) for row, _ in self.rows))


def _things(documents: Iterable[Any], feed: FeedOperation) -> list[_Thing]:
    """The things of an answer, oldest first; a row without an id is a thing of its own."""
    found: dict[str, _Thing] = {}
    for document in documents:
        for row in rows_of(document, feed.operation.reading):
            version = version_of(_text(feed, "version", row, document), feed)
            number = _text(feed, "id", row, document)[:_LONGEST] or _digest(row)
            if number in found:
                found[number].rows.append((row, document))
                found[number].key = max(found[number].key, (version, number))
            else:
                found[number] = _Thing((version, number), row, document)
    return sorted(found.values(), key=lambda thing: thing.key)


def _text(feed: FeedOperation, name: str, row: Any, document: Any) -> str:
    try:
        return text_of(feed.id if name == "id" else feed.version, row, document)
    except Malformed:
        return ""


def _digest(row: Any) -> str:
    return hashlib.sha256(cuttings.fragment_of(row).encode()).hexdigest()


def _subject(feed: FeedOperation, row: Any, document: Any) -> str:
    fields = feed.operation.reading.fields
    named = (fields[name] for name in ("mrn", "visit_card_no") if name in fields)
    return next(filter(None, (text_of(source, row, document) for source in named)), "")


def _told(feed: FeedOperation, records: Sequence[Record]) -> Iterator[Told]:
    conventions = feed.operation.reading.conventions
    if feed.kind == "visit":
        yield from (visits.visit(record, conventions) for record in records)
    elif feed.kind == "merge":
        yield from (merges.merge(record, conventions) for record in records)
    elif feed.kind == "stay":
        yield from (stays.stay(record, conventions) for record in records)
    else:
        yield (bills.bill if feed.kind == "bill" else reports.report)(records, conventions)
