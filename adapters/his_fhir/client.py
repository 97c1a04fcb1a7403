"""Requests to the hospital's server and what its answers hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from adapters.errors import Malformed, NotDone, OutcomeUnknown, Refused
from adapters.his_fhir import json_text, outcomes
from adapters.his_fhir.access import Authority
from adapters.his_fhir.addresses import Params, Server, is_id, split_reference
from adapters.his_fhir.bundle import Entry, Neighbours, bundle, entries, next_link
from adapters.his_fhir.node import Node, resource
from adapters.his_fhir.settings import FhirSettings
from adapters.http import Request, Response, Transport

_JSON = "application/fhir+json"
_FORM = "application/x-www-form-urlencoded"
_GONE = frozenset({404, 410})
_CREATED, _UNAUTHORISED, _MOST_PAGES = 201, 401, 200


@dataclass(frozen=True, slots=True)
class Found:
    """The whole answer to a search: what was looked for, and what came with it."""

    matches: tuple[Node, ...] = field(repr=False)
    neighbours: Neighbours = field(repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """A resource after a change; `is_new` is false where one with our identifier stood already."""

    resource: Node = field(repr=False)
    is_new: bool


class FhirClient:
    """Speaks to one server; a read changes nothing, so whatever is lost on its way is NotDone."""

    def __init__(self, http: Transport, authority: Authority, settings: FhirSettings) -> None:
        self._http = http
        self._authority = authority
        self._settings = settings
        self.base_url = settings.base_url
        self.server = Server(settings.base_url)

    # --- reading

    def read(self, kind: str, identifier: str) -> Node | None:
        """One resource, None where there is none (any more). A patient is searched for: a path stands in logs."""
        if kind == "Patient":
            return next(iter(self.found(kind, [("_id", identifier)]).matches), None)
        answer = self._asked(Request("GET", self.server.at(kind, identifier)), gone_is_an_answer=True)
        if answer.status in _GONE:
            return None
        found = resource(json_text.parse(answer.body))
        if found.type != kind:
            raise Malformed(f"resourceType is not {kind}")
        return found

    def found(self, kind: str, params: Params) -> Found:
        """Everything that a search finds, page by page; Malformed where it is a part that looks like the whole."""
        matches: dict[str, Mapping[str, Any]] = {}
        everything: list[Entry] = []
        total = ""
        for page in self.pages(kind, params):
            total = total or page.number("total")
            told = _whole(page)
            everything += told
            found = [each.resource for each in told if not each.included and each.resource["resourceType"] == kind]
            for each in found:
                matches.setdefault(str(each.get("id") or len(matches)), each)
        if total.isdecimal() and int(total) > len(matches):
            raise Malformed("Bundle.total: the hospital sent only a part of the list")
        return Found(
            tuple(resource(each) for each in matches.values()), Neighbours(everything, self._settings.base_url)
        )

    def pages(self, kind: str, params: Params, size: int = 0) -> Iterator[Node]:
        """The pages of a search, each asked for when it is wanted, of `size` or as the settings say."""
        counted = (*params, ("_count", str(size or self._settings.page_size)))
        yield (page := self._page(self._search(kind, counted)))
        for _ in range(_MOST_PAGES):
            link = next_link(page)
            if not link:
                return
            yield (page := self._page(Request("GET", self.server.followed(link))))
        raise Malformed("Bundle.link: the pages do not end")

    def _search(self, kind: str, params: Params) -> Request:
        """Strict: a server that does not know a parameter must not answer as if it were not there."""
        strict = {"Prefer": "handling=strict"}
        if self._settings.search_by == "GET":
            return Request("GET", self.server.search(kind, params), strict)
        address = f"{self.server.at(kind)}/_search"
        return Request("POST", address, {**strict, "Content-Type": _FORM}, urlencode(params).encode())

    def _page(self, request: Request) -> Node:
        return bundle(json_text.parse(self._asked(request).body))

    def _asked(self, request: Request, *, gone_is_an_answer: bool = False) -> Response:
        try:
            answer = self._sent(request)
            if not (gone_is_an_answer and answer.status in _GONE):
                outcomes.check(answer, self._settings)
        except OutcomeUnknown as lost:
            later = timedelta(seconds=self._settings.busy_retry)
            raise NotDone(lost.text, native_code=lost.native_code, retry_after=later) from lost
        return answer

    # --- changing

    def create(self, value: Mapping[str, Any], unless: str) -> Made:
        """Create the resource unless one matches the search `unless`, which then is the answer."""
        kind = str(value["resourceType"])
        headers = {"If-None-Exist": unless, "Prefer": "return=representation"}
        answer = self._told(Request("POST", self.server.at(kind), headers, json_text.written(value)))
        return Made(self._made(answer, kind, ""), answer.status == _CREATED)

    def update(self, value: Mapping[str, Any], version: str) -> Node:
        """Replace the resource while it is of that version; Refused(CONFLICTING_CONTENT) once it is another."""
        kind, identifier = str(value["resourceType"]), str(value["id"])
        if version and not is_id(version):
            raise Malformed(f"{kind}.meta.versionId is none")
        headers = {"If-Match": f'W/"{version}"'} if version else {}
        headers["Prefer"] = "return=representation"
        answer = self._told(Request("PUT", self.server.at(kind, identifier), headers, json_text.written(value)))
        return self._made(answer, kind, identifier)

    def _told(self, request: Request) -> Response:
        try:
            answer = self._sent(request)
        except Malformed as unread:
            raise OutcomeUnknown(unread.text) from unread
        outcomes.check(answer, self._settings)
        return answer

    def _made(self, answer: Response, kind: str, identifier: str) -> Node:
        """The resource as the server has it now: from the answer, or read where the answer is without it."""
        try:
            told = resource(json_text.parse(answer.body)) if answer.body.strip() else None
            if told is not None and told.type == kind and told.text("id"):
                return told
            located = split_reference(answer.headers.get("location") or answer.headers.get("content-location", ""))
            known = identifier or (located[1] if located[0] == kind else "")
            found = self.read(kind, known) if known else None
        except (Malformed, NotDone, Refused) as unread:
            raise OutcomeUnknown(f"the change was made and cannot be read: {unread.text}") from unread
        if found is None:
            raise OutcomeUnknown("the answer does not say what was made")
        return found

    # --- the wire

    def _sent(self, request: Request) -> Response:
        answer = self._once(request)
        if answer.status == _UNAUTHORISED and self._authority.renews:
            self._authority.forget()
            return self._once(request)
        return answer

    def _once(self, request: Request) -> Response:
        told = {"Accept": _JSON, **self._authority.headers(), **request.headers}
        if request.body:
            told.setdefault("Content-Type", f"{_JSON}; charset=utf-8")
        limit = self._settings.longest_answer
        return self._http.send(Request(request.method, request.url, told, request.body, limit))


def _whole(page: Node) -> list[Entry]:
    """Every entry of a page; Malformed where one holds no resource, or says that the search failed in part."""
    told = list(entries(page))
    if len(told) != len(page.children("entry")):
        raise Malformed("Bundle.entry holds no resource")
    warned = (resource(each.resource) for each in told if each.resource["resourceType"] == "OperationOutcome")
    if any(outcomes.failures(each) for each in warned):
        raise Malformed("Bundle.entry: the search failed in part")
    return told
