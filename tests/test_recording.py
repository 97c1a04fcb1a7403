"""Recordings as tools write them are cut into the very messages that were recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.hl7.message import Message
from hospital_bridge.recording import messages_of, recorded

ONE = b"MSH|^~\\&|A|B|||2026||ADT^A08|1|P|2.5\rPID|||7||MSH on the wall\r"
TWO = "MSH#^~\\&#A#B###2026##ADT^A08#2#P#2.5\nPID###7##王弢\n".encode("gb18030")
FRAMED = b"\x0b" + ONE + b"\x1c\r"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", []),
        (b"\r\n \n", []),
        (ONE, [ONE]),
        (ONE.replace(b"\r", b"\r\n"), [ONE.replace(b"\r", b"\r\n")]),
        (ONE + TWO, [ONE, TWO]),
        (b"\xef\xbb\xbf\r\n" + ONE + b"\r\n\r\n" + TWO, [ONE + b"\r\n\r\n", TWO]),
        (FRAMED + b"\x0b" + TWO + b"\x1c\r", [ONE, TWO]),
        (b"\x0b" + ONE + b"\x0b" + TWO, [ONE, TWO]),
        (FRAMED[:-1] + b"\x0b" + TWO + b"\x1c", [ONE, TWO]),
        (
            b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + ONE + TWO + b"BTS|2\rFTS|1\r",
            [ONE, TWO.rstrip(b"\n") + b"\r"],
        ),
        (b'{"id": "MSH|1"}', [b'{"id": "MSH|1"}']),
        (b"<a>\n<b/>\n</a>\n", [b"<a>\n<b/>\n</a>\n"]),
    ],
)
def test_a_file_is_cut_into_its_messages(content: bytes, found: list[bytes]) -> None:
    assert messages_of(content) == found


def test_a_folder_is_read_in_the_order_of_names_without_what_is_expected(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name, content in (("b/two.hl7", ONE + TWO), ("a.hl7", ONE), ("a.expected.json", b"{}"), (".hidden", ONE)):
        (tmp_path / name).write_bytes(content)
    assert [each.name for each in recorded(tmp_path)] == ["a.hl7", "b/two.hl7#1", "b/two.hl7#2"]
    assert [each.name for each in recorded(tmp_path / "a.hl7")] == ["a.hl7"]


def test_a_file_in_utf_16_is_cut_into_its_messages_too() -> None:
    text = "FHS|^~\\&|LIS\r\n" + "".join(f"MSH|^~\\&|LIS||||||ADT^A08|{number}\r\nPID|1||王弢\r\n" for number in (1, 2))
    for codec in ("utf-16", "utf-16-be"):
        found = messages_of((text if codec == "utf-16" else f"\ufeff{text}").encode(codec))
        assert [Message.parse(each)["MSH-10"] for each in found] == ["1", "2"]
        assert Message.parse(found[1])["PID-3"] == "王弢"
