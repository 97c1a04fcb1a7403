"""What the hospital has to tell, fetched by search: by the instant of the last change, page by page."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from adapters.errors import Malformed
from adapters.feed import Feed, FeedItem, Fetched
from adapters.his_fhir import outcomes
from adapters.his_fhir.addresses import Params, is_id
from adapters.his_fhir.bundle import Entry, Neighbours, is_sorted, next_link
from adapters.his_fhir.client import FhirClient
from adapters.his_fhir.gathering import INCLUDES, Gatherer
from adapters.his_fhir.mapping.datatypes import instant
from adapters.his_fhir.mapping.directory import narrowed
from adapters.his_fhir.mapping.item import packed
from adapters.his_fhir.mapping.patients import MRN, read_record
from adapters.his_fhir.mark import Mark, digest, mark_from
from adapters.his_fhir.node import Node, resource
from adapters.his_fhir.settings import FhirSettings
from adapters.his_fhir.subscribing import Subscriber

_log = logging.getLogger(__name__)
_KINDS: Mapping[str, tuple[str, str]] = {
    "patients": ("Patient", "patient"),
    "appointments": ("Appointment", "visit"),
    "encounters": ("Encounter", "visit"),
    "bills": ("Invoice", "bill"),
    "reports": ("DiagnosticReport", "report"),
}
"""Feed -> the resource that it fetches and what that is to us; bills are what `map.bill_from` says."""

_MOST_READS = 200
_MOST_ALONE = 20
_LONGEST = 200
_STUB = ("id", "meta", "status", "subject", "identifier")


@dataclass(frozen=True, slots=True)
class _Thing:
    """One entry that was not seen before."""

    entry: Mapping[str, Any] = field(repr=False)
    identifier: str
    version: str
    at: datetime
    changed: str

    @property
    def digest(self) -> str:
        return digest(self.identifier, self.version)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a look found: new things oldest first, whatever came along, and whether there is more."""

    things: Sequence[_Thing]
    neighbours: Neighbours
    more: bool


class Feeds:
    """Fetches the feeds that the settings name."""

    def __init__(self, client: FhirClient, settings: FhirSettings) -> None:
        self._client = client
        self._settings = settings
        self._subscriber = Subscriber(client, settings)

    def all(self) -> Sequence[Feed]:
        """Every feed that is fetched; asks nobody."""
        told = self._settings.feeds.items()
        return tuple(Feed(name, timedelta(seconds=each.every)) for name, each in told if each.every)

    def fetch(self, feed: str, mark: str) -> Fetched:
        """A page of what is new since the mark.

        What cannot be read as part of a page is fetched by itself, or as a stub without its content, so that it never
        stands in the way of what comes behind it.
        """
        if feed not in _KINDS:
            raise Malformed("no such feed")
        before = mark_from(mark)
        self._subscriber.ensure(feed, self._kind(feed))
        try:
            look = self._look(feed, before)
        except Malformed:
            _log.warning("feed.page_unread", extra={"feed": feed})
            look = self._one_by_one(feed, before)
        gatherer = Gatherer(self._client, look.neighbours)
        items: list[FeedItem] = []
        taken: list[_Thing] = []
        for thing in look.things:
            if gatherer.reads > _MOST_READS:
                break
            items.append(self._item(feed, thing, gatherer))
            taken.append(thing)
        more = look.more or len(taken) < len(look.things)
        overlap = timedelta(seconds=self._settings.feed_overlap)
        after = before.after(((thing.digest, thing.at) for thing in taken), overlap, more=more)
        return Fetched(tuple(items), after.text(), more)

    def _one_by_one(self, feed: str, before: Mark) -> _Look:
        """The next things each by itself: what the server says of them in short tells which they are."""
        short = self._look(feed, before, stub=True)
        things: list[_Thing] = []
        neighbours: list[Entry] = []
        for thing in short.things[:_MOST_ALONE]:
            try:
                page = next(self._client.pages(self._kind(feed), self._alone(feed, thing), 1))
                told = list(self._told(page, self._kind(feed), before, neighbours))
            except Malformed:
                told = []
            things += [each for each in told if each.identifier == thing.identifier] or [thing]
        return _Look(things, Neighbours(neighbours), short.more or len(short.things) > _MOST_ALONE)

    def _alone(self, feed: str, thing: _Thing) -> Params:
        return [("_id", thing.identifier), *INCLUDES[self._kind(feed)]]

    def _look(self, feed: str, before: Mark, *, stub: bool = False) -> _Look:
        """The first page that holds something new; all pages of a server that does not sort them."""
        kind, new, everything = self._kind(feed), list[_Thing](), list[Entry]()
        more, in_order = False, True
        for number, page in enumerate(self._client.pages(kind, self._params(feed, before, stub=stub))):
            told = list(self._told(page, kind, before, everything))
            in_order &= number > 0 or is_sorted(page)
            in_order &= all(earlier.at <= later.at for earlier, later in pairwise(told))
            new += [thing for thing in told if thing.digest not in before.seen]
            more = bool(next_link(page))
            if new and in_order:
                break
        new.sort(key=lambda thing: thing.at)
        most = self._settings.page_size
        return _Look(new[:most], Neighbours(everything), more or len(new) > most)

    def _told(self, page: Node, kind: str, before: Mark, everything: list[Entry]) -> Iterator[_Thing]:
        """The things of a page in its order; a warning of the server's or a stranger among them is told and left."""
        at = max(before.seen.values(), default=before.since or datetime.min.replace(tzinfo=self._settings.time_zone))
        for entry in page.children("entry"):
            value = entry.value.get("resource")
            mode = entry.child("search").text("mode")
            told = value.get("resourceType") if isinstance(value, dict) else None
            if isinstance(value, dict) and isinstance(told, str):
                everything.append(Entry(value, entry.text("fullUrl"), mode != "match"))
            if mode == "include" and told != kind:
                continue
            if told == "OperationOutcome":
                _log.warning("feed.outcome", extra={"codes": outcomes.failures(resource(value))})
            elif mode == "include" or (isinstance(told, str) and told != kind):
                _log.warning("feed.stranger", extra={"path": entry.path})
            else:
                thing = self._thing(entry, value if isinstance(value, dict) else {}, at)
                at = thing.at
                yield thing

    def _thing(self, entry: Node, value: Mapping[str, Any], at: datetime) -> _Thing:
        """What is known of an entry; one that cannot be told apart by id and version is, by its content."""
        meta = value.get("meta")
        told = meta if isinstance(meta, dict) else {}
        identifier, written = value.get("id"), told.get("lastUpdated")
        version = str(told.get("versionId") or written or "")
        if not isinstance(identifier, str) or not is_id(identifier) or not version:
            content = packed(value, ())
            version = version or digest("", content.decode(errors="surrogatepass"))
            identifier = identifier if isinstance(identifier, str) and is_id(identifier) else digest("id", str(content))
        try:
            at = instant(str(written), self._settings.time_zone, "meta.lastUpdated")
        except Malformed:
            _log.warning("feed.undated", extra={"path": entry.path})
        return _Thing(value, identifier, version, at, str(written or version))

    def _item(self, feed: str, thing: _Thing, gatherer: Gatherer) -> FeedItem:
        others = gatherer.around(thing.entry) if "resourceType" in thing.entry else ()
        kind, what = self._kind(feed), _KINDS[feed][1]
        subject = self._subject([thing.entry, *others] if kind == "Patient" else others)
        identifier = f"{kind}/{thing.identifier}"[:_LONGEST]
        return FeedItem(identifier, thing.changed[:_LONGEST], what, subject, packed(thing.entry, others))

    def _subject(self, others: Sequence[Mapping[str, Any]]) -> str:
        patient = next((each for each in others if each.get("resourceType") == "Patient"), None)
        try:
            return "" if patient is None else read_record(resource(patient), self._settings).first(MRN) or ""
        except Malformed:
            return ""

    def _kind(self, feed: str) -> str:
        return self._settings.map.bill_from if feed == "bills" else _KINDS[feed][0]

    def _params(self, feed: str, before: Mark, *, stub: bool) -> Params:
        kind, told = self._kind(feed), self._settings.feeds[feed]
        since = told.since if before.since is None else before.since.isoformat().replace("+00:00", "Z")
        return [
            *narrowed(told.search),
            *([("_lastUpdated", f"ge{since}")] if since else []),
            ("_sort", "_lastUpdated"),
            *([("_elements", ",".join(_STUB))] if stub else INCLUDES[kind]),
        ]
