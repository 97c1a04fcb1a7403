"""News by search: whatever a server answers, nothing new is left out and nothing stands in the way of what follows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from adapters.errors import Malformed, NotDone
from adapters.feed import FeedItem
from adapters.his_fhir.his import FhirHis
from adapters.his_fhir.mark import mark_from
from adapters.http import Request, Response
from tests.adapters.his_fhir.scripted import BASE, his_at, outcome, page, params_of, told

PATIENT = {"resourceType": "Patient", "id": "p1", "identifier": [{"system": "urn:mrn", "value": "100001"}]}
SETTINGS: Mapping[str, Any] = {"identifiers": {"MRN": ["urn:mrn"]}, "page_size": 3, "map": {"flags": {}}}


def report(number: int, second: float, *, version: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "DiagnosticReport",
        "id": f"r{number}",
        "meta": {"versionId": version, "lastUpdated": f"2026-11-24T09:30:{second:06.3f}Z"},
        "status": "final",
        "code": {"text": "血糖"},
        "subject": {"reference": "Patient/p1"},
        "issued": "2026-11-24T09:30:00Z",
        "conclusion": "正常",
        **more,
    }


@dataclass
class Shelf:
    """A server that keeps reports, sorts them or not, knows `_include` or not, and breaks where it is told to."""

    kept: list[dict[str, Any]]
    sorts: bool = True
    includes: bool = True
    poison: str = ""
    strangers: Sequence[dict[str, Any]] = ()
    reads: list[str] = field(default_factory=list)
    beside: Sequence[dict[str, Any]] = (PATIENT,)

    def answer(self, request: Request) -> Response:
        path = request.url.removeprefix(BASE).partition("?")[0].strip("/")
        params = dict(params_of(request))
        if path != "DiagnosticReport":
            self.reads.append(path)
            found = [
                each for each in self.beside if f"{each['resourceType']}/{each['id']}" == path or path == "Patient"
            ]
            if path == "Patient":
                return told(200, page(*found))
            return told(200, found[0]) if found else told(404, outcome("not-found"))
        since = datetime.fromisoformat(params.get("_lastUpdated", "ge2000-01-01T00:00:00Z")[2:])
        found = [each for each in self.kept if datetime.fromisoformat(each["meta"]["lastUpdated"]) >= since]
        found = [each for each in found if each.get("id") == params.get("_id", each.get("id"))]
        if self.sorts:
            found.sort(key=lambda each: str(each.get("meta", {}).get("lastUpdated", "")))
        begins, size = int(params.get("_offset", "0")), int(params["_count"])
        shown = found[begins : begins + size]
        if "_elements" in params:
            shown = [{key: each[key] for key in ("resourceType", "id", "meta", "status", "subject")} for each in shown]
        elif any(each.get("id") == self.poison for each in shown):
            return told(200, b'{"resourceType": "Bundle", "entry": [')
        more = {key: value for key, value in params.items() if key != "_offset"}
        query = "&".join(f"{key}={value}" for key, value in more.items())
        own = [{"relation": "self", "url": f"{BASE}/DiagnosticReport?_count={size}"}]
        link = [{"relation": "next", "url": f"{BASE}/DiagnosticReport?{query}&_offset={begins + size}"}]
        beside = tuple(self.beside) if self.includes else ()
        whole = page(
            *shown,
            include=(*beside, *self.strangers),
            link=(link if begins + size < len(found) else []) + ([] if self.sorts else own),
        )
        return told(200, whole)


def fetched(his: FhirHis, mark: str = "", rounds: int = 60) -> tuple[list[FeedItem], str]:
    items: list[FeedItem] = []
    for _ in range(rounds):
        look = his.fetch("reports", mark)
        items, mark = [*items, *look.items], look.mark
        if not look.more:
            return items, mark
    raise AssertionError("the feed does not end")


def at(shelf: Shelf, **settings: Any) -> FhirHis:
    return his_at(shelf.answer, **{**SETTINGS, **settings})[0]


def ids(items: Sequence[FeedItem]) -> list[str]:
    return [item.id.removeprefix("DiagnosticReport/") for item in items]


MANY = [report(number, number // 4) for number in range(20)]


@pytest.mark.parametrize("shelf", [Shelf(MANY), Shelf(MANY, includes=False), Shelf(MANY[::-1], sorts=False)])
def test_everything_is_told_once_oldest_first_whatever_the_server_sorts_or_includes(shelf: Shelf) -> None:
    his = at(shelf)
    items, mark = fetched(his)
    assert sorted(ids(items)) == sorted(each["id"] for each in MANY)
    assert [item.version for item in items] == sorted(item.version for item in items)
    assert {item.subject for item in items} == {"100001"}
    assert all(len(his.read_news(item.raw, None)) == 1 for item in items)
    assert fetched(his, mark) == ([], mark)


def test_all_of_one_instant_are_told_over_the_ends_of_pages() -> None:
    shelf = Shelf([report(number, 7.25) for number in range(50)])
    items, mark = fetched(at(shelf))
    assert sorted(ids(items)) == sorted(each["id"] for each in shelf.kept)
    shelf.kept.append(report(50, 7.25))
    assert ids(fetched(at(shelf), mark)[0]) == ["r50"]


def test_what_is_committed_late_within_the_overlap_is_told_and_a_new_version_too() -> None:
    shelf = Shelf([report(1, 10), report(2, 20)])
    _, mark = fetched(at(shelf))
    shelf.kept += [report(3, 15), report(1, 30, version="2")]
    shelf.kept.remove(shelf.kept[0])
    items, mark = fetched(at(shelf), mark)
    assert [(item.id, item.version[17:19]) for item in items] == [
        ("DiagnosticReport/r3", "15"),
        ("DiagnosticReport/r1", "30"),
    ]
    assert fetched(at(shelf), mark)[0] == []


def test_one_that_cannot_be_cut_out_is_told_in_short_and_those_behind_it_come() -> None:
    shelf = Shelf([report(number, number) for number in range(8)], poison="r4")
    his = at(shelf)
    items, mark = fetched(his)
    assert ids(items) == [f"r{number}" for number in range(8)]
    for item in items:
        if item.id.endswith("r4"):
            with pytest.raises(Malformed):
                his.read_news(item.raw, None)
        else:
            assert his.read_news(item.raw, None)
    assert fetched(his, mark)[0] == []


def test_warnings_and_strangers_among_the_entries_are_left_and_block_nothing() -> None:
    stranger = {"resourceType": "Flag", "id": "f"}
    shelf = Shelf([report(1, 1), report(2, 2)], strangers=[outcome("timeout"), stranger])
    assert ids(fetched(at(shelf))[0]) == ["r1", "r2"]


def test_what_has_no_id_of_fhirs_is_kept_for_inspection() -> None:
    nameless = {key: value for key, value in report(1, 1).items() if key != "id"}
    shelf = Shelf([nameless, report(2, 2, version=""), {**report(3, 3), "id": "../../x"}])
    items, _ = fetched(at(shelf))
    assert len(items) == 3
    assert all(re.fullmatch(r"DiagnosticReport/[A-Za-z0-9.-]{1,64}", item.id) and item.version for item in items)
    assert not any(".." in item.id for item in items)


def test_neighbours_are_read_where_they_did_not_come_along_and_only_on_the_server() -> None:
    value = {"resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "K"}, "valueString": "1"}
    group = {**value, "id": "g", "hasMember": [{"reference": "Observation/o1"}, {"reference": "Observation/gone"}]}
    here, there = {"reference": f"{BASE}/Observation/g"}, {"reference": "https://elsewhere.example/Observation/o1"}
    shelf = Shelf([report(1, 1, result=[here, there])], includes=False, beside=[PATIENT, value, group])
    his = at(shelf)
    (item,), _ = fetched(his)
    assert sorted(set(shelf.reads)) == ["Observation/g", "Observation/gone", "Observation/o1", "Patient"]
    with pytest.raises(Malformed, match="did not come along"):
        his.read_news(item.raw, None)
    names = [each["resource"].get("id") for each in json.loads(item.raw)["entry"]]
    assert names == ["r1", "g", "o1", "p1"]


@pytest.mark.parametrize(
    ("written", "address", "is_known"),
    [
        ("Patient/p1", "", True),
        ("Patient/p1/_history/3", "", True),
        (f"{BASE}/Patient/p1", "", True),
        ("http://internal:8080/fhir/Patient/p1", "http://internal:8080/fhir/Patient/p1", True),
        ("urn:uuid:7", "urn:uuid:7", True),
        ("https://elsewhere.example/fhir/Patient/p1", f"{BASE}/Patient/p1", False),
        ("urn:uuid:8", "urn:uuid:7", False),
    ],
)
def test_a_reference_means_what_it_names_and_never_a_stranger_of_the_same_id(
    written: str, address: str, *, is_known: bool
) -> None:
    entries = [
        {"resource": report(1, 1, subject={"reference": written}), "search": {"mode": "match"}},
        {"fullUrl": address, "resource": PATIENT, "search": {"mode": "include"}},
    ]
    his, server = his_at(told(200, {"resourceType": "Bundle", "entry": entries}), **SETTINGS)
    (item,) = his.fetch("reports", "").items
    assert len(server.asked) == 1
    assert item.subject == ("100001" if is_known else "")
    if is_known:
        assert len(his.read_news(item.raw, None)) == 1
    else:
        with pytest.raises(Malformed, match="did not come along"):
            his.read_news(item.raw, None)


def test_a_server_that_fails_meanwhile_loses_nothing() -> None:
    shelf = Shelf([report(1, 1)], includes=False)
    his, server = his_at(shelf.answer, told(503), **SETTINGS)
    with pytest.raises(NotDone):
        his.fetch("reports", "")
    server.answers[:] = [shelf.answer]
    assert ids(fetched(his)[0]) == ["r1"]


def test_the_settings_say_what_is_fetched_how_often_and_from_when() -> None:
    feeds = {"encounters": {"every": 0.0}, "reports": {"every": 5.0, "search": "category=LAB", "since": "2026-01-01"}}
    his, server = his_at(told(200, page()), feeds=feeds)
    assert {feed.name: feed.every.total_seconds() for feed in his.feeds()} == {
        "appointments": 60,
        "bills": 60,
        "reports": 5,
    }
    his.fetch("reports", "")
    assert ("category", "LAB") in params_of(server.asked[0])
    assert ("_lastUpdated", "ge2026-01-01") in params_of(server.asked[0])


@pytest.mark.parametrize(
    "mark",
    [
        "x",
        "{}",
        "[]",
        '{"since": 1, "kept": 1, "seen": {}}',
        '{"since": "2026-11-24", "kept": "2026-11-24", "seen": []}',
    ],
)
def test_a_mark_of_somebody_else_is_malformed(mark: str) -> None:
    with pytest.raises(Malformed):
        his_at(told(200, page()))[0].fetch("reports", mark)


def test_a_mark_stays_small_over_a_great_many_things_of_one_hour() -> None:
    shelf = Shelf([report(number, number * 0.004) for number in range(2_400)])
    his = at(shelf, page_size=200)
    _, mark = fetched(his)
    assert len(mark_from(mark).seen) <= 2_000
    assert fetched(his, mark)[0] == []
