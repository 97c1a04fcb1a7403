"""Where a look at a feed begins and ends: a mark of ours, and the window of time that one look covers.

A look begins a little before the newest thing of the last one, for a hospital may write something down late under an
earlier time; what was taken of that overlap already is remembered in the mark. A look is oldest first, so the mark
moves with every page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.errors import Malformed
from adapters.his_http.settings import FeedOperation
from adapters.records import Record, sent
from adapters.texts import instant

Key = tuple[str, str]
"""A thing's version, written so that texts sort as versions do, and its id."""

MOST_REMEMBERED = 5_000
"""Things of one overlap; where there are more, one that comes late and sorts before the last one taken is not seen."""

_DIGITS = 15
_PRINT = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """`since` is a version, '' before any was seen; `taken` are prints of what was taken from the overlap before it.

    `at` is the last thing taken where there were too many to remember.
    """

    since: str = ""
    taken: frozenset[str] = frozenset()
    at: Key = ("", "")

    def __str__(self) -> str:
        kept = {"since": self.since, "taken": sorted(self.taken), **({"at": self.at} if any(self.at) else {})}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    def knows(self, key: Key, mark: str) -> bool:
        """Whether that thing was taken before."""
        return mark in self.taken or (any(self.at) and key <= self.at)

    def after(self, page: Sequence[Key], *, since: str, taken: Iterable[str]) -> Mark:
        """The mark behind that page, which remembers `taken`."""
        remembered = frozenset(taken)
        if len(remembered) <= MOST_REMEMBERED:
            return Mark(since, remembered)
        return Mark(since, frozenset(), max([self.at, *page]))


def mark_of(text: str) -> Mark:
    """The mark; Malformed where it is none of ours."""
    if not text:
        return Mark()
    try:
        kept = json.loads(text)
        version, number = kept.get("at", ("", ""))
        return Mark(str(kept["since"]), frozenset(map(str, kept["taken"])), (str(version), str(number)))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Malformed("not a mark of this feed") from None


def print_of(key: Key, fragments: Iterable[str]) -> str:
    """What tells a thing in this state from every other."""
    return hashlib.sha256("\x00".join((*key, *fragments)).encode()).hexdigest()[:_PRINT]


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
    """What one call covers: versions from `overlaps` to `until`, of which those before `begins` are the overlap."""

    asked: Record
    overlaps: str
    begins: str
    until: str
    reaches_now: bool

    def since(self, page: Iterable[Key], *, is_last: bool) -> str:
        """Where the look after this page begins; a version of the future, which a wrong clock gives, is none."""
        if is_last and not self.reaches_now:
            return self.until
        return max([self.begins, *(version for version, _ in page if version <= self.until)])

    def again(self, version: str, since: str, feed: FeedOperation) -> bool:
        """Whether a thing of that version comes again in a look that begins at `since`."""
        return not version or version >= _earlier(since, feed)


def look_of(mark: Mark, feed: FeedOperation, now: datetime) -> Look:
    """The look that goes on from the mark; Malformed where the mark is none of this feed."""
    try:
        return _by_number(mark) if feed.by_number else _by_time(mark, feed, now)
    except ValueError:
        raise Malformed("not a mark of this feed") from None


def _by_number(mark: Mark) -> Look:
    since = mark.since or "0".zfill(_DIGITS)
    return Look({"since": str(int(since))}, since, since, "9" * _DIGITS, reaches_now=True)


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
    return Look(asked, _plain(since), _plain(begins), _plain(until), reaches_now=until >= now)


def _earlier(since: str, feed: FeedOperation) -> str:
    return since if feed.by_number else _plain(datetime.fromisoformat(since) - feed.overlap)


def _plain(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()
