"""What hospitals send unasked: each recorded message tells exactly what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.his_hl7.mapping import news
from adapters.hl7.message import Message
from adapters.news import ReportIssued
from tests.adapters.his_hl7.news_fixtures import (
    NEWS,
    WRITTEN,
    expected_of,
    heard_as_plain,
    raw_of,
    settings_of,
)

TELLING = [name for name in NEWS if "news" in expected_of(name)]
MALFORMED = [name for name in NEWS if "malformed" in expected_of(name)]
RESULTS = [name for name in TELLING if name.startswith(("oru", "oul"))]
PLACE = re.compile(r"\b(?:[A-Z][A-Z0-9]{2}(?:\(\d+\))?(?:-\d+(?:\.\d+)*)?|line \d+)\b")
TERMINATORS = ("\r", "\n", "\r\n", "\r\r\n")
CHARSETS = (("UNICODE UTF-8", "utf-8"), ("GB 18030-2000", "gb18030"))


@pytest.mark.parametrize("name", NEWS)
def test_a_recorded_message_tells_exactly_what_stands_beside_it(name: str) -> None:
    told = {key: value for key, value in expected_of(name).items() if key not in WRITTEN}
    assert heard_as_plain(raw_of(name), settings_of(name)) == told


@pytest.mark.parametrize("name", MALFORMED)
def test_a_fault_names_a_place_and_quotes_nothing(name: str) -> None:
    fault = expected_of(name)["malformed"]
    assert PLACE.search(fault)
    assert not any(value in fault for value in values_of(raw_of(name)))


@pytest.mark.parametrize("name", RESULTS)
def test_no_item_of_a_report_is_dropped_without_a_name(name: str) -> None:
    assert unaccounted(raw_of(name), name) == 0


@given(
    name=st.sampled_from(TELLING),
    terminator=st.sampled_from(TERMINATORS),
    charset=st.sampled_from(CHARSETS),
    declared=st.booleans(),
    shuffled=st.sampled_from(("as it is", "visit first", "order halves swapped", "strangers between")),
)
def test_order_terminator_and_charset_change_nothing_that_is_told(
    name: str, terminator: str, charset: tuple[str, str], *, declared: bool, shuffled: str
) -> None:
    lines = rearranged(lines_of(name), shuffled)
    header = lines[0].split("|")
    header[16:] = ["", charset[0] if declared else ""]
    text = terminator.join(["|".join(header), *lines[1:], ""])
    told = heard_as_plain(text.encode(charset[1]), settings_of(name), charset[0])
    assert told["news"] == expected_of(name)["news"]


@given(name=st.sampled_from(NEWS), data=st.data())
def test_a_damaged_message_is_news_or_a_fault_with_its_place_and_never_loses_an_item(
    name: str, data: st.DataObject
) -> None:
    lines = lines_of(name)
    line = data.draw(st.integers(1, len(lines) - 1))
    fields = lines[line].split("|")
    place = data.draw(st.integers(1, max(1, len(fields) - 1)))
    junk = data.draw(st.sampled_from(("", "不可读", "-1", "^^^^", "~~", "0" * 80, "\\X\\", "20261399", '""')))
    lines[line] = "|".join([*fields[:place], junk, *fields[place + 1 :]])
    raw = "\r".join(lines).encode()
    told = heard_as_plain(raw, settings_of(name), "UNICODE UTF-8")
    if "malformed" in told:
        assert PLACE.search(told["malformed"])
        assert not any(value in told["malformed"] for value in ("不可读", "20261399", "王弢", "葡萄糖"))
    elif name in RESULTS:
        assert unaccounted(raw, name) == 0


def unaccounted(raw: bytes, name: str) -> int:
    message = Message.parse(raw, "UNICODE UTF-8")
    heard = news.read(message, settings_of(name))
    reports = [each for each in heard.news if isinstance(each, ReportIssued)]
    told = sum(len(report.observations) + len(report.documents) for report in reports)
    left = sum(each.place.startswith("OBX") for each in heard.left)
    return len(message.segments("OBX")) - told - left


def lines_of(name: str) -> list[str]:
    message = Message.parse(raw_of(name))
    return raw_of(name).decode(message.codec).rstrip("\r").split("\r")


def rearranged(lines: Sequence[str], how: str) -> list[str]:
    if how == "visit first":
        return sorted(lines, key=lambda line: {"MSH": 0, "PV1": 1}.get(line[:3], 2)) if single(lines) else [*lines]
    if how == "order halves swapped" and lines[0].split("|")[8].startswith(("ORU", "OUL")):
        return list(swapped(lines))
    if how == "strangers between":
        return [line for each in lines for line in (each, "ZXX|1|什么")]
    return [*lines]


def single(lines: Sequence[str]) -> bool:
    return sum(line.startswith("PID") for line in lines) == 1


def swapped(lines: Sequence[str]) -> Iterator[str]:
    waiting = ""
    halves = {"ORC", "OBR"}
    for line in lines:
        if waiting and {waiting[:3], line[:3]} == halves:
            yield from (line, waiting)
            waiting = ""
            continue
        if waiting:
            yield waiting
        waiting = line if line[:3] in halves else ""
        if not waiting:
            yield line
    if waiting:
        yield waiting


def values_of(raw: bytes) -> Iterator[str]:
    for segment in Message.parse(raw).segments():
        if segment.name != "MSH":
            parts = re.split(r"[|^~&]", segment.text)[1:]
            yield from (part for part in parts if len(part) > 2)  # two characters stand in any text by chance
