"""What the hospital has to tell, fetched by search: by the instant of the last change, page by page."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adapters.errors import Malformed
from adapters.feed import Feed, FeedItem, Fetched
from adapters.his_fhir.addresses import Params
from adapters.his_fhir.bundle import Entry, Neighbours
from adapters.his_fhir.client import FhirClient
from adapters.his_fhir.feed_page import BEGINNING, Dating, Thing, are_in_order, is_sorted, link_of, things_of
from adapters.his_fhir.gathering import INCLUDES, Gatherer
from adapters.his_fhir.mapping.directory import narrowed
from adapters.his_fhir.mapping.item import packed
from adapters.his_fhir.mapping.patients import MRN, read_record
from adapters.his_fhir.mark import Mark, mark_from
from adapters.his_fhir.node import Node, is_type, resource
from adapters.his_fhir.settings import FhirSettings
from adapters.his_fhir.subscribing import Subscriber
from adapters.time import Now

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
class _Look:
    """What a look found: new things oldest first, whatever came along, and whether there is more."""

    things: Sequence[Thing]
    neighbours: Neighbours
    more: bool


class Feeds:
    """Fetches the feeds that the settings name."""

    def __init__(self, client: FhirClient, settings: FhirSettings, now: Now) -> None:
        self._client = client
        self._settings = settings
        self._now = now
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
        taken: list[Thing] = []
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
        things: list[Thing] = []
        neighbours: list[Entry] = []
        for thing in short.things[:_MOST_ALONE]:
            try:
                page = next(self._client.pages(self._kind(feed), self._alone(feed, thing), 1))
                told = self._told(page, self._kind(feed), before, neighbours)
            except Malformed:
                told = []
            things += [each for each in told if each.identifier == thing.identifier] or [thing]
        return _Look(things, self._neighbours(neighbours), short.more or len(short.things) > _MOST_ALONE)

    def _alone(self, feed: str, thing: Thing) -> Params:
        return [("_id", thing.identifier), *INCLUDES[self._kind(feed)]]

    def _look(self, feed: str, before: Mark, *, stub: bool = False) -> _Look:
        """The first page that holds something new; all pages of a server that does not sort them."""
        kind, new, everything = self._kind(feed), list[Thing](), list[Entry]()
        more, in_order = False, True
        for number, page in enumerate(self._client.pages(kind, self._params(feed, before, stub=stub))):
            told = self._told(page, kind, before, everything)
            in_order &= number > 0 or is_sorted(page)
            in_order &= are_in_order(told)
            new += [thing for thing in told if thing.digest not in before.seen]
            more = bool(link_of(page, "next"))
            if new and in_order:
                break
        new.sort(key=lambda thing: thing.at)
        most = self._settings.page_size
        return _Look(new[:most], self._neighbours(everything), more or len(new) > most)

    def _told(self, page: Node, kind: str, before: Mark, everything: list[Entry]) -> list[Thing]:
        at = max(before.seen.values(), default=before.since or BEGINNING)
        return list(things_of(page, kind, at, Dating(self._settings.time_zone, self._now()), everything))

    def _neighbours(self, entries: Sequence[Entry]) -> Neighbours:
        return Neighbours(entries, self._settings.base_url)

    def _item(self, feed: str, thing: Thing, gatherer: Gatherer) -> FeedItem:
        others = gatherer.around(thing.entry) if is_type(thing.entry.get("resourceType")) else ()
        kind, what = self._kind(feed), _KINDS[feed][1]
        beside = [each.resource for each in others]
        subject = self._subject([thing.entry, *beside] if kind == "Patient" else beside)
        identifier = f"{kind}/{thing.identifier}"[:_LONGEST]
        try:
            raw = packed(thing.entry, others)
        except Malformed:
            raw = packed({"resourceType": kind, "id": thing.identifier}, ())
        return FeedItem(identifier, thing.changed[:_LONGEST], what, subject, raw)

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
