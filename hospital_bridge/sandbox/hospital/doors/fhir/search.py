"""Searches: their parameters as they came, and the Bundle that answers them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from hospital_bridge.sandbox.hospital.doors.fhir.resources import Resource
from hospital_bridge.sandbox.hospital.model import Declined
from hospital_bridge.sandbox.hospital.request import DATA_TYPE

Named = Callable[[str], Resource | None]
"""The resource that a reference such as `Patient/P1` names."""

_PAGE = 50
_LONGEST_PAGE = 200
_REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Search:
    """What is sought of one type."""

    kind: str
    params: Sequence[tuple[str, str]]

    def one(self, name: str) -> str:
        """The value of a parameter, empty where it is not given."""
        return next((value for key, value in self.params if key == name), "")

    def token(self, name: str) -> tuple[str, str]:
        """System and value of a token, its escapes taken off; without a system that is empty."""
        parts = [part.replace("\0", "|") for part in _unescaped(self.one(name)).split("|", 1)]
        return ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])

    def ids(self, name: str) -> Sequence[str]:
        """The ids behind references, several with a comma."""
        return [part.rpartition("/")[2] for part in self.one(name).split(",") if part]

    def bounds(self, name: str) -> tuple[datetime | None, datetime | None]:
        """The instants behind `ge` and `lt`."""
        told = {value[:2]: _instant(value[2:]) for key, value in self.params if key == name}
        return told.get("ge"), told.get("lt")

    def count(self) -> int:
        """How many a page holds."""
        told = self.one("_count")
        return max(1, min(int(told), _LONGEST_PAGE)) if told.isdecimal() else _PAGE

    def page(self) -> int:
        """Where the page begins."""
        told = self.one("_offset")
        return int(told) if told.isdecimal() else 0


def search_of(kind: str, query: str) -> Search:
    """The search in a query or a form."""
    return Search(kind, parse_qsl(query, keep_blank_values=True))


def bundle(search: Search, found: Sequence[Resource], named: Named, base: str) -> Resource:
    """A page of what was found, with everything that was asked to come along."""
    begins, size = search.page(), search.count()
    page = found[begins : begins + size]
    links = [{"relation": "self", "url": _link(search, begins, base)}]
    if begins + size < len(found):
        links.append({"relation": "next", "url": _link(search, begins + size, base)})
    entries = [_entry(each, "match", base) for each in page]
    entries += [_entry(each, "include", base) for each in _included(search, page, named)]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": links, "entry": entries}


def _included(search: Search, page: Sequence[Resource], named: Named) -> Sequence[Resource]:
    """What the page refers to, by any element, where something is to come along; for `iterate`, and so on."""
    if not search.one("_include"):
        return []
    rounds = 3 if search.one("_include:iterate") else 1
    found: dict[str, Resource] = {}
    latest: Sequence[Resource] = page
    for _ in range(rounds):
        references = {name for each in latest for name in references_of(each) if name not in found}
        fresh = {name: resource for name in sorted(references) if (resource := named(name)) is not None}
        found |= fresh
        latest = list(fresh.values())
    return [each for each in found.values() if each not in page]


def references_of(value: object) -> Sequence[str]:
    """Every literal reference in a resource."""
    if isinstance(value, Mapping):
        own = value.get(_REFERENCE)
        told = [own] if isinstance(own, str) and not own.startswith("#") else []
        return told + [name for each in value.values() for name in references_of(each)]
    if isinstance(value, list):
        return [name for each in value for name in references_of(each)]
    return []


def _entry(resource: Resource, mode: str, base: str) -> Resource:
    address = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": address, "resource": resource, "search": {"mode": mode}}


def _link(search: Search, begins: int, base: str) -> str:
    params = [(key, value) for key, value in search.params if key != "_offset"]
    return f"{base}/{search.kind}?{urlencode([*params, ('_offset', str(begins))])}"


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\\$,|])", lambda found: "\0" if found[1] == "|" else found[1], text)


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Declined(DATA_TYPE, "no instant") from None
