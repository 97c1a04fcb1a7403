"""A page of a feed, read so that nothing in it can stand in the way of the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from adapters.errors import Malformed
from adapters.his_fhir import outcomes
from adapters.his_fhir.addresses import is_id
from adapters.his_fhir.bundle import Entry
from adapters.his_fhir.mapping.datatypes import instant
from adapters.his_fhir.mapping.item import packed
from adapters.his_fhir.mark import digest
from adapters.his_fhir.node import Node, is_type, resource

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_log = logging.getLogger(__name__)
_TOO_EARLY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Thing:
    """One entry of what was searched for; `changed` is what the server says of when."""

    entry: Mapping[str, Any] = field(repr=False)
    identifier: str
    version: str
    at: datetime
    changed: str

    @property
    def digest(self) -> str:
        """This version of this thing, in short."""
        return digest(self.identifier, self.version)


@dataclass(frozen=True, slots=True)
class Dating:
    """How instants of changes are read: one without a sense, or of the days to come, counts as the one before it."""

    zone: tzinfo
    now: datetime

    def of(self, written: object, before: datetime) -> datetime:
        """The instant of a change."""
        try:
            at = instant(str(written), self.zone, "meta.lastUpdated")
        except Malformed:
            at = self.now + 2 * _TOO_EARLY
        if BEGINNING <= at <= self.now + _TOO_EARLY:
            return at
        _log.warning("feed.undated")
        return before


def things_of(page: Node, kind: str, before: datetime, dating: Dating, everything: list[Entry]) -> Iterator[Thing]:
    """The things of a page in its order, all its resources into `everything`.

    A warning of the server's and a stranger among the entries are told and left.
    """
    at = before
    for written in _listed(page.value.get("entry")):
        entry = written if isinstance(written, dict) else {}
        value, mode = entry.get("resource"), _text(entry.get("search"), "mode")
        told = value.get("resourceType") if isinstance(value, dict) else None
        if isinstance(value, dict) and is_type(told):
            everything.append(Entry(value, str(entry.get("fullUrl") or ""), mode != "match"))
        if told == "OperationOutcome":
            _log.warning("feed.outcome", extra={"codes": _failures(value)})
        elif mode == "include" or (is_type(told) and told != kind):
            if mode != "include":
                _log.warning("feed.stranger")
        else:
            thing = _thing(value if isinstance(value, dict) else {"unread": written}, at, dating)
            at = thing.at
            yield thing


def are_in_order(things: Sequence[Thing]) -> bool:
    """Whether each is as late as the one before it, or later."""
    return all(earlier.at <= later.at for earlier, later in pairwise(things))


def link_of(page: Node, relation: str) -> str:
    """A link of the page, empty where none is to be read."""
    links = (each for each in _listed(page.value.get("link")) if _text(each, "relation") == relation)
    return next((_text(each, "url") for each in links), "")


def is_sorted(page: Node) -> bool:
    """Whether the server says that it sorted: its own link has the parameters that it obeyed (R4 section 3.1.1.1.1)."""
    told = link_of(page, "self")
    return not told or "_sort=" in told


def _thing(value: Mapping[str, Any], before: datetime, dating: Dating) -> Thing:
    """What is known of an entry; one that cannot be told apart by id and version is, by its content."""
    identifier, written = value.get("id"), _text(value.get("meta"), "lastUpdated")
    version = _text(value.get("meta"), "versionId") or written
    known = isinstance(identifier, str) and is_id(identifier)
    if not known or not version:
        content = str(packed(value, ()))
        version = version or digest("", content)
        identifier = identifier if known else digest("id", content)
    return Thing(value, str(identifier), version, dating.of(written, before), written or version)


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else [value] if value is not None else []


def _text(holder: object, key: str) -> str:
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, str) else ""


def _failures(value: object) -> Sequence[str]:
    try:
        return outcomes.failures(resource(value))
    except Malformed:
        return []
