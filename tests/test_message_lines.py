"""What was received becomes lines that a person can read, and shapes that anybody may."""

from __future__ import annotations

import pytest

from hospital_bridge.message_lines import lines_of, place_told

NAME = "王弢"


@pytest.mark.parametrize(
    ("raw", "shapes"),
    [
        ("MSH|^~\\&|LIS\rPID|||1||王弢\r", ["MSH", "PID"]),
        (
            '{"name": "王弢", "ids": ["王弢", 7]}',
            ["{", '  "name": •••', '  "ids": [', "    •••", "    •••", "  ]", "}"],
        ),
        ('<p n="王弢"><name>王弢</name></p>', ["<p•••", "<name>•••", "</p>"]),
        ("王弢", ["•••"]),
        ("", []),
    ],
)
def test_a_shape_holds_no_value(raw: str, shapes: list[str]) -> None:
    lines = lines_of(raw.encode(), "UNICODE UTF-8")
    assert [line.shape for line in lines] == shapes
    assert (NAME in "".join(line.text for line in lines)) is (NAME in raw)


def test_bytes_of_no_character_set_are_lines_too() -> None:
    assert [line.text for line in lines_of(b"\x81\xff\x00", None)] == ["\\x81\\xff\x00"]


def test_a_place_names_nobody_where_values_are_hidden() -> None:
    place = "Patient/100001.name[0].text"
    assert (place_told(place, shown=True), place_told(place, shown=False)) == (place, "Patient.name.text")
    assert place_told("OBX(2)-8", shown=False) == "OBX(2)-8"
