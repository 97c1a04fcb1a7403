"""News that is fetched: lists that a hospital keeps for those who ask, each from where the last look at it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Feed:
    """One list of what is new, and how often it may be asked for."""

    name: str
    every: timedelta


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One thing of a feed as it was received; `raw` is what the same adapter's `HisNews.read_news` reads.

    `id` is the hospital's own and `version` what it says of the time of the last change, both at most 200 characters;
    the same bytes again are a repeat. `kind` says what it is (`visit`, `bill`, `report` …). Things of one `subject`,
    the hospital's number of the patient, are applied in their order; it may be empty.
    """

    id: str
    version: str
    kind: str
    subject: str = field(repr=False)
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A bounded page of a feed, oldest first; `mark` is where the next look begins, `more` that it may be at once."""

    items: tuple[FeedItem, ...]
    mark: str
    more: bool = False
