from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from adapters.his_sql import cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("0101      ", "0101"),
        (" 内科", " 内科"),
        (True, "1"),
        (7, "7"),
        (Decimal("12.30"), "12.30"),
        (Decimal("1E+2"), "100"),
        (12.3, "12.3"),
        (0.1 + 0.2, "0.30000000000000004"),
        (datetime(2026, 11, 28, 9, 30, 0, 120_000), "2026-11-28 09:30:00.120000"),  # noqa: DTZ001 - as databases have it
        (datetime(2026, 11, 28, 9, 30, tzinfo=UTC), "2026-11-28 09:30:00+00:00"),
        (date(2026, 11, 28), "2026-11-28"),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=9, minutes=5), "09:05:00"),
        ("玘".encode("gb18030"), "玘"),
        (bytearray("内科  ".encode("gb18030")), "内科"),
        (cells.lossless("内科".encode("gb18030")), "内科"),
        (cells.lossless("内科".encode()), "内科"),
    ],
)
def test_a_value_is_the_text_that_a_person_would_read(value: object, text: str) -> None:
    assert cells.text(value, "gb18030") == text


@pytest.mark.parametrize("value", [b"\xff\xff", cells.lossless(b"\xff\xff")])
def test_bytes_that_are_no_text_are_never_guessed(value: object) -> None:
    with pytest.raises(cells.Undecodable):
        cells.text(value, "gb18030")


def test_a_document_is_base64() -> None:
    assert [cells.encoded(value) for value in (b"%PDF", memoryview(b"%PDF"), "JVBERg==", None)] == [
        *("JVBERg==",) * 3,
        "",
    ]
