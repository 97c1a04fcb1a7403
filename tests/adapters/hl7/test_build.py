from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.hl7.build import GB18030, UTF_8, Header, Unencodable, build, segment, timestamp
from adapters.hl7.message import Message
from adapters.hl7.mllp import frame

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HEADER = Header("HB1", NOON, SHANGHAI, "HB", "WINDOW", "HIS", "H1")
VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def test_the_header_says_who_when_and_in_which_characters() -> None:
    raw = build("ADT^A28^ADT_A05", HEADER, segment("EVN", {2: "x"})).encode(GB18030)
    assert raw == (
        b"MSH|^~\\&|HB|WINDOW|HIS|H1|20261123120000+0800||ADT^A28^ADT_A05|HB1|P|2.5.1||||||GB 18030-2000\rEVN||x\r"
    )


@given(VALUES, st.sampled_from([UTF_8, GB18030]))
def test_any_value_in_any_place_comes_back_and_moves_nothing(value: str, charset: str) -> None:
    place = segment("ZZZ", {1: value, 3: [(value, ("a", value, "b")), value], 5: "end"})
    raw = build("ADT^A28^ADT_A05", replace(HEADER, sending_application=value), place).encode(charset)
    message = Message.parse(raw)
    addresses = ["MSH-3", "ZZZ-1", "ZZZ-3.1", "ZZZ-3.2.2", "ZZZ-3(2)"]
    assert [message[address] for address in addresses] == [value] * 5
    assert (message["ZZZ-3.2.1"], message["ZZZ-3.2.3"], message["ZZZ-5"]) == ("a", "b", "end")
    assert [each.name for each in message.segments()] == ["MSH", "ZZZ"]
    assert frame(raw)[1:-2] == raw
    assert message.problems == ()


def test_a_character_that_the_set_lacks_is_named_by_its_segment_alone() -> None:
    message = build("ADT^A28^ADT_A05", HEADER, segment("PID", {5: "张"}))
    with pytest.raises(Unencodable) as refusal:
        message.encode("8859/1")
    assert str(refusal.value) == "segment 2 holds a character that 8859/1 lacks"


@pytest.mark.parametrize("number", ["", "x" * 21])
def test_a_control_id_has_1_to_20_characters(number: str) -> None:
    with pytest.raises(ValueError, match="1 to 20"):
        replace(HEADER, control_id=number)
    assert replace(HEADER, control_id="x" * 20).control_id == "x" * 20


@pytest.mark.parametrize("name", ["ADT^A28", "ADT", "ADT^A28^", "adt^a28^adt_a05", "ADT^A28^ADT_A05|x"])
def test_a_type_names_its_structure(name: str) -> None:
    with pytest.raises(ValueError, match="structure"):
        build(name, HEADER)


@pytest.mark.parametrize("name", ["PIDX", "pid", "PI", "P|D", ""])
def test_a_segment_has_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="segment name"):
        segment(name, {})


def test_fields_are_counted_from_one() -> None:
    assert segment("PID", {}) == "PID"
    with pytest.raises(ValueError, match="from 1"):
        segment("PID", {0: "x"})


def test_an_unknown_character_set_is_refused() -> None:
    with pytest.raises(ValueError, match="EBCDIC"):
        build("ADT^A28^ADT_A05", HEADER).encode("EBCDIC")


def test_a_time_keeps_its_instant_in_the_hospitals_zone() -> None:
    assert timestamp(NOON, SHANGHAI) == "20261123120000+0800"
    with pytest.raises(ValueError, match="naive"):
        timestamp(NOON.replace(tzinfo=None), SHANGHAI)
