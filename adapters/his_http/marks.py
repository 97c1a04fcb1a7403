"""Where a look at a feed begins and ends: a mark of ours, and the window of time that one look covers.

Looks go in sweeps. A sweep covers from a little before its mark to now, or to the end of a window where the way is
long; within it `at` remembers the last thing of a page, so that a page is never asked for twice for ever. What comes
again because of the overlap is known to whoever keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from adapters.errors import Malformed
from adapters.his_http.settings import FeedOperation
from adapters.records import Record, sent
from adapters.texts import instant

Key = tuple[str, str]
"""A thing's version, written so that texts sort as versions do, and its id."""

_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Mark:
    """`since` is a version, '' before any was seen; `at` is the last thing that was taken of the running sweep."""

    since: str = ""
    at: Key | None = None

    def __str__(self) -> str:
        kept: dict[str, object] = {"since": self.since}
        return json.dumps(kept if self.at is None else {**kept, "at": list(self.at)}, ensure_ascii=False)


def mark_of(text: str) -> Mark:
    """The mark; Malformed where it is none of ours."""
    if not text:
        return Mark()
    try:
        kept = json.loads(text)
        at = kept.get("at")
        return Mark(str(kept["since"]), (str(at[0]), str(at[1])) if at else None)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise Malformed("not a mark of this feed") from None


def version_of(text: str, feed: FeedOperation) -> str:
    """A version so written that texts sort as versions do; '' where it cannot be read, which sorts before all."""
    conventions = feed.operation.reading.conventions
    if feed.by_number:
        return text.zfill(_DIGITS) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else ""
    try:
        return instant(text, conventions.time_zone, "version", conventions.formats).isoformat()
    except Malformed:
        return ""


@dataclass(frozen=True, slots=True)
class Look:
    """What one call covers, and the mark with which the sweep after it begins."""

    begins: str
    asked: Record
    until: str
    reaches_now: bool

    def next_mark(self, versions: Iterable[str]) -> Mark:
        """The mark after the last page of this look; a version of the future, which a wrong clock gives, is none."""
        if not self.reaches_now:
            return Mark(self.until)
        return Mark(max([self.begins, *(version for version in versions if version <= self.until)]))


def look_of(mark: Mark, feed: FeedOperation, now: datetime) -> Look:
    """The look that goes on from the mark; Malformed where the mark is none of this feed."""
    try:
        return _by_number(mark) if feed.by_number else _by_time(mark, feed, now)
    except ValueError:
        raise Malformed("not a mark of this feed") from None


def _by_number(mark: Mark) -> Look:
    since = mark.since or "0".zfill(_DIGITS)
    return Look(since, {"since": str(int(since))}, "9" * _DIGITS, reaches_now=True)


def _by_time(mark: Mark, feed: FeedOperation, now: datetime) -> Look:
    conventions = feed.operation.reading.conventions
    begins = datetime.fromisoformat(mark.since) if mark.since else now - feed.first
    since = begins - feed.overlap
    until = min(now, begins + feed.window)
    zone = conventions.time_zone
    asked = {
        "since": sent.of_instant(since, conventions),
        "since_day": sent.of_day(since.astimezone(zone).date(), conventions),
        "until": sent.of_instant(until, conventions),
        "until_day": sent.of_day(until.astimezone(zone).date(), conventions),
    }
    return Look(_plain(begins), asked, _plain(until), reaches_now=until >= now)


def _plain(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()
