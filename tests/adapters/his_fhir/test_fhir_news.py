"""What a FHIR server keeps: each recorded thing tells exactly what stands beside it, and half of one tells nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import Malformed
from adapters.his_fhir import json_text
from adapters.his_fhir.mapping import news
from tests.adapters.his_fhir.fhir_fixtures import (
    NAMES,
    expected_of,
    fhir_settings,
    heard_as_plain,
    raw_of,
    settings_of,
)

MALFORMED = [name for name in NAMES if "malformed" in expected_of(name)]
WHOLE = [
    name
    for name in NAMES
    for told in expected_of(name).get("news", ())
    if told["kind_of_news"] in ("ReportIssued", "BillIssued", "VisitRegistered")
]
PLACE = re.compile(r"\b(?:[A-Z][A-Za-z]+(?:/[\w.-]+)?(?:\.\w+|\b)|resourceType|JSON|text)")
JUNK: tuple[Any, ...] = (
    None,
    "",
    "不可读",
    "-1",
    "9" * 80,
    "1e999",
    "2026-13-45",
    0,
    True,
    [],
    [[]],
    {},
    {"a": [{}]},
    "#x",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_thing_tells_exactly_what_stands_beside_it(name: str) -> None:
    told = {key: value for key, value in expected_of(name).items() if key != "settings"}
    assert heard_as_plain(raw_of(name), settings_of(name)) == told


@pytest.mark.parametrize("name", WHOLE)
def test_a_preview_tells_the_same_and_what_nothing_reads(name: str) -> None:
    heard, preview = news.read(raw_of(name), settings_of(name)), news.preview(raw_of(name), settings_of(name))
    assert (preview.news, preview.left) == (heard.news, heard.left)
    unread = {each.place.rpartition(".")[2] for each in preview.unread}
    assert not unread & {"birthDate", "issued", "totalGross", "family"}


def test_a_value_that_nothing_reads_is_shown_by_its_place() -> None:
    name = "diagnosticreport_r4__final_glucose"
    preview = news.preview(raw_of(name), settings_of(name))
    assert ("ServiceRequest/s1.intent", "order") in [(each.place, each.text) for each in preview.unread]
    read = ("valueQuantity.value", "interpretation[0].coding[0].code", "ServiceRequest/s1.identifier[0].value")
    assert not any(place in each.place for each in preview.unread for place in read)


@pytest.mark.parametrize("name", MALFORMED)
def test_a_fault_names_a_place_and_quotes_nothing(name: str) -> None:
    fault = expected_of(name)["malformed"]
    assert PLACE.search(fault)
    assert not any(value in fault for value in ("王弢", "100001", "999999198503120034", "7.1", "25.00"))


@settings(deadline=None)
@given(name=st.sampled_from(NAMES), data=st.data())
def test_a_damaged_thing_is_news_or_a_fault_that_quotes_nothing(name: str, data: st.DataObject) -> None:
    document = json.loads(raw_of(name))
    holder, key = data.draw(st.sampled_from(list(places(document))))
    holder[key] = data.draw(st.sampled_from(JUNK))
    raw = json.dumps(document).encode()
    told = heard_as_plain(raw, settings_of(name))
    if "malformed" in told:
        assert not any(value in told["malformed"] for value in ("不可读", "王弢", "999999198503120034", "2026-13-45"))
        with pytest.raises(Malformed):
            news.preview(raw, settings_of(name))
    else:
        assert len(news.preview(raw, settings_of(name)).news) == len(told["news"])


@settings(deadline=None)
@given(name=st.sampled_from(NAMES), end=st.floats(0, 1, exclude_max=True))
def test_half_a_document_is_no_news(name: str, end: float) -> None:
    raw = raw_of(name).rstrip()
    assert "malformed" in heard_as_plain(raw[: int(len(raw) * end)], settings_of(name))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"resourceType": 7}',
        b'{"resourceType": "Bundle"}',
        b'{"resourceType": "Patient", "id": "a", "id": "b"}',
        b'{"resourceType": "Patient", "value": NaN}',
        b'{"resourceType": "Patient", "id": "\\ud800"}',
        b'{"resourceType": "Patient", "id": "\\u0000"}',
        '{"resourceType": "Patient", "id": "王"}'.encode("gbk"),
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'<?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"/>',
    ],
)
def test_what_is_no_resource_is_malformed(raw: bytes) -> None:
    assert "malformed" in heard_as_plain(raw, fhir_settings())


def test_a_bundle_as_a_hospital_would_hand_it_out_tells_its_reports_alone() -> None:
    entries = json_text.parse(raw_of("diagnosticreport_r4__final_glucose"))["entry"]
    bare = {"resourceType": "Bundle", "type": "document", "entry": [{"resource": each["resource"]} for each in entries]}
    expected = expected_of("diagnosticreport_r4__final_glucose")["news"]
    assert heard_as_plain(json_text.written(bare), settings_of("diagnosticreport_r4__final_glucose")) == {
        "news": expected,
        "left": [],
    }


def test_a_strange_resource_tells_nothing_and_is_left_by_its_name() -> None:
    told = heard_as_plain(b'{"resourceType": "Flag", "id": "1"}', fhir_settings())
    assert told == {"news": [], "left": [{"place": "Flag", "reason": "a resource that tells no news here"}]}


@pytest.mark.parametrize("number", ["7.10", "0.0", "1.0E-3", "-12", "100000000000000000000000.5", "1e5"])
def test_a_number_keeps_its_written_form_through_reading_and_writing(number: str) -> None:
    raw = f'{{"resourceType":"Observation","values":[{number},true,null,"{number}","王\\n"]}}'.encode()
    assert json_text.written(json_text.parse(raw)) == raw


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from places(each)
