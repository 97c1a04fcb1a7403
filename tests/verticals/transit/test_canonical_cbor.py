from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hospital_bridge.verticals.transit.ride_code.cbor import NotCanonical, Value, decode, encode

VALUES: st.SearchStrategy[Value] = st.recursive(
    st.one_of(st.integers(0, 2**64 - 1), st.binary(max_size=300), st.text(max_size=30)),
    lambda inner: st.lists(inner, max_size=5).map(tuple),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (100, "1864"),
        (1000, "1903e8"),
        (1000000, "1a000f4240"),
        (1000000000000, "1b000000e8d4a51000"),
        (18446744073709551615, "1bffffffffffffffff"),
        (b"", "40"),
        (bytes.fromhex("01020304"), "4401020304"),
        ("", "60"),
        ("IETF", "6449455446"),
        ("水", "63e6b0b4"),
        ((), "80"),
        ((1, (2, 3), (4, 5)), "8301820203820405"),
    ],
)
def test_it_writes_as_appendix_a_of_the_standard(value: Value, written: str) -> None:
    assert encode(value).hex() == written
    assert decode(bytes.fromhex(written)) == value


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "nothing at all"),
        ("1800", "0 in two bytes"),
        ("190018", "24 in three bytes"),
        ("1b00000000ffffffff", "32 bits in nine bytes"),
        ("5801ff", "a length not in its shortest form"),
        ("20", "a number below zero"),
        ("f4", "false"),
        ("f93c00", "a fraction"),
        ("c000", "a tag"),
        ("a10102", "a map"),
        ("5f42010243030405ff", "bytes of indefinite length"),
        ("9f0102ff", "an array of indefinite length"),
        ("0000", "a second value"),
        ("4201", "bytes that end too early"),
        ("8201", "an array that ends too early"),
        ("9bffffffffffffffff", "an array longer than the world"),
        ("62c328", "text that is no UTF-8"),
        ("1c", "a length that the standard reserves"),
        ("818181818100", "arrays deeper than a code is"),
    ],
)
def test_any_other_writing_is_refused(written: str, why: str) -> None:
    with pytest.raises(NotCanonical):
        decode(bytes.fromhex(written))


@given(VALUES)
def test_what_was_written_is_read(value: Value) -> None:
    with contextlib.suppress(NotCanonical):  # of values deeper than a code is
        assert decode(encode(value)) == value


@given(st.binary(max_size=40))
@example(bytes.fromhex("1818"))
def test_a_value_has_one_writing(data: bytes) -> None:
    with contextlib.suppress(NotCanonical):
        assert encode(decode(data)) == data


@pytest.mark.parametrize("number", [-1, 2**64])
def test_a_number_outside_of_the_profile_is_not_written(number: int) -> None:
    with pytest.raises(ValueError, match="0 to 64 bits"):
        encode(number)
