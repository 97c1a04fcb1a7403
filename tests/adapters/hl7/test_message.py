from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import Malformed
from adapters.hl7.ack import AckCode, Stamp, decide_ack
from adapters.hl7.message import Limits, Message, Oddity
from tests.adapters.hl7.hl7_messages import STAMP

ORU = (
    b"MSH|^~\\&|LIS|H|HB|H|2026||ORU^R01|1|P|2.5.1\rPID|1||100^^^HIS&1.2.3&ISO^MR~200^^^HIS^VN\r"
    b"OBX|1|NM|GLU||4.1|mmol/L\rOBX|2|TX|NOTE||a~b^c&d\rZXX|own\r"
)

WORDS = (
    b"MSH MSH| MSH|^~\\& | ^ ~ \\ & PID OBX|1| FHS|^~\\& |ASCII~ISO_IR87 |8859/1 ADT^A01 \x8f| \xe5\xbc\xa2 \xff "
    b"\xef\xbb\xbf \xff\xfe \\X0D\\ \\.br\\ \\E\\ 2.5.1 AL \x1b$B \x1b(B"
).split(b" ")
FRAGMENTS = st.sampled_from(
    [*WORDS, b"\r", b"\n", b"\r\n", b"\x0b", b"\x1c", b" ", b"|UNICODE UTF-8|", b"|GB 18030-2000"]
)
NOISE = st.lists(st.one_of(FRAGMENTS, st.binary(max_size=6)), max_size=60).map(b"".join)


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("PID-3", "100^^^HIS&1.2.3&ISO^MR"),
        ("PID-3.1", "100"),
        ("PID-3.4", "HIS&1.2.3&ISO"),
        ("PID-3.4.2", "1.2.3"),
        ("PID-3.1.1", "100"),
        ("PID-3.1.2", ""),
        ("PID-3(2).5", "VN"),
        ("PID-3(3)", ""),
        ("PID(2)-3", ""),
        ("OBX(2)-5", "a"),
        ("OBX(2)-5(2).2.2", "d"),
        ("OBX(2)-5(2).1.1", "b"),
        ("OBX-99.9.9", ""),
        ("ZXX-1", "own"),
        ("NTE-3", ""),
        ("MSH-1", "|"),
        ("MSH-2", "^~\\&"),
        ("MSH-9.2", "R01"),
    ],
)
def test_an_address_names_one_place(address: str, value: str) -> None:
    assert Message.parse(ORU)[address] == value


@pytest.mark.parametrize(
    "address", ["PID", "PID-", "PID-0", "PID-3.0", "PID(0)-3", "pid-3", "PID-3[1]", "PID-3.1.1.1", ""]
)
def test_an_address_that_names_no_place_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"no address|no place|counted from 1"):
        Message.parse(ORU)[address]


def test_segments_are_walked_in_order() -> None:
    message = Message.parse(ORU)
    assert [segment.name for segment in message.segments()] == ["MSH", "PID", "OBX", "OBX", "ZXX"]
    assert [segment["3"] for segment in message.segments("OBX")] == ["GLU", "NOTE"]
    assert message.segments("NTE") == ()


def test_a_field_gives_its_repetitions_and_their_components() -> None:
    identifiers = Message.parse(ORU).segments("PID")[0].field(3)
    assert [(each["1"], each["4.1"], each["5"]) for each in identifiers.repetitions] == [
        ("100", "HIS", "MR"),
        ("200", "HIS", "VN"),
    ]
    assert identifiers.repetitions[1].components == ["200", "", "", "HIS", "VN"]
    assert Message.parse(ORU).segments("PID")[0].field(30).repetitions == []
    assert [each.value for each in Message.parse(ORU).header.field(2).repetitions] == ["^~\\&"]


def test_a_null_is_told_from_an_empty_value() -> None:
    message = Message.parse(b'MSH|^~\\&|||||2026||ADT^A08|1|P|2.5.1\rPID|1||""||\r')
    assert (message["PID-3"], message["PID-4"]) == ('""', "")


def test_the_peers_charset_serves_where_the_message_is_silent() -> None:
    raw = "MSH|^~\\&|||||2026||ADT^A08|1|P|2.5.1\rPID|1||||葉^x\r".encode("big5hkscs")
    assert Message.parse(raw, "BIG-5")["PID-5.1"] == "葉"


def test_the_messages_own_charset_beats_the_peers() -> None:
    raw = "MSH|^~\\&|||||2026||ADT^A08|1|P|2.5.1||||||UNICODE UTF-8\rPID|1||||张三\r".encode()
    assert raw.decode("gb18030") != raw.decode()
    assert Message.parse(raw, "GB18030")["PID-5"] == "张三"


def test_characters_that_are_switched_to_inside_a_message_hide_no_delimiter() -> None:
    name = b"\x1b$B0^0|\x1b(B"
    raw = b"MSH|^~\\&|||||2026||ADT^A08|1|P|2.5.1||||||ASCII~ISO IR87\rPID|1||||" + name + b"^x\r"
    assert (Message.parse(raw)["PID-5.1"], Message.parse(raw)["PID-5.2"]) == (name.decode("iso2022_jp"), "x")


def test_the_peers_charset_beats_a_declaration_that_nothing_can_contradict() -> None:
    raw = "MSH|^~\\&|||||2026||ADT^A08|1|P|2.5.1||||||8859/1\rPID|1||||弢^玘\r".encode("gb18030")
    assert Message.parse(raw, "GB18030")["PID-5.2"] == "玘"


def test_escaped_bytes_are_characters_of_the_messages_charset() -> None:
    raw = b"MSH|^~\\&|||||2026||ADT^A08|1|P|2.5.1||||||GB 18030-2000\rPID|1||||\\X8F7C\\^\\XFF\\\r"
    assert (Message.parse(raw)["PID-5.1"], Message.parse(raw)["PID-5.2"]) == ("弢", "\\XFF\\")


def test_a_backslash_that_escapes_nothing_is_a_backslash() -> None:
    raw = b"MSH|^~\\&|||||2026||ADT^A08|1|P|2.5.1\rNTE|1||C:\\t\\n\\new\\F\\x\\\r"
    assert Message.parse(raw)["NTE-3"] == "C:\\t\\n\\new|x\\"


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b"\r\n", b"\x0b", b"  ", b"EVN|A01\r"])
def test_what_stands_before_the_header_does_not_hide_it(prefix: bytes) -> None:
    message = Message.parse(prefix + ORU)
    assert (message.control_id, message["PID-3.1"], bytes(message)) == ("1", "100", prefix + ORU)


@pytest.mark.parametrize("header", [b"MSH|^~\\^|", b"MSH|||^|^^^^|", b"MSH|^^|", b"MSH|^~\\\\&|", b"MSH^^~\\&^"])
def test_only_a_character_with_two_roles_is_refused(header: bytes) -> None:
    doubled = header != b"MSH|||^|^^^^|"
    if doubled:
        with pytest.raises(Malformed, match="two roles"):
            Message.parse(header)
    else:
        assert Message.parse(header)["MSH-4"] == "^"


@pytest.mark.parametrize(
    "raw", [b"", b"\r\r", b"PID|1\r", b"MSH", b"MSHX", b"MSH\r", b"\xef\xbb\xbfMSH\xef\xbb\xbf", b"xMSH|^~\\&|\r"]
)
def test_without_a_header_there_is_no_message(raw: bytes) -> None:
    with pytest.raises(Malformed, match="no MSH"):
        Message.parse(raw)


def test_size_and_segments_are_limited() -> None:
    assert Message.parse(ORU, limits=Limits(size=len(ORU), segments=6)).control_id == "1"
    with pytest.raises(Malformed, match="bytes, more than"):
        Message.parse(ORU, limits=Limits(size=len(ORU) - 1))
    with pytest.raises(Malformed, match="more than 4 segments"):
        Message.parse(ORU, limits=Limits(segments=4))


def test_blank_lines_are_no_segments_however_many() -> None:
    spread = ORU.replace(b"\r", b"\r\n \r\r\n" * 20)
    assert Message.parse(spread, limits=Limits(segments=6)).segments() != []
    with pytest.raises(Malformed, match="more than 4 segments"):
        Message.parse(spread, limits=Limits(segments=4))


def test_a_large_document_is_read_whole() -> None:
    document = b"QUJD" * 200_000
    message = Message.parse(ORU + b"OBX|3|ED|PDF||^application^pdf^Base64^" + document + b"\r")
    assert message["OBX(3)-5.5"] == document.decode()


@given(NOISE)
def test_no_bytes_raise_anything_but_malformed(raw: bytes) -> None:
    try:
        message = Message.parse(raw)
    except Malformed:
        return
    assert bytes(message) == raw
    assert isinstance(message.problems, tuple)
    for segment in message.segments():
        for number in range(len(segment.fields)):
            assert isinstance(segment.field(number).value, str)
            assert all(each.components for each in segment.field(number).repetitions)


@given(NOISE, st.booleans())
def test_no_bytes_keep_a_message_from_its_answer(raw: bytes, stored: bool) -> None:  # noqa: FBT001
    ack = decide_ack(b"MSH|^~\\&|" + raw, stored=stored, stamp=Stamp("OURS", STAMP.at, STAMP.zone))
    assert (ack.code is None) == (ack.body == b"")
    assert stored or ack.code not in (AckCode.AA, AckCode.CA)
    assert b"\x1c\r" not in ack.body[:8]


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\r\n|", exclude_categories=["Cs", "Cc"])), min_size=1, max_size=8
    )
)
def test_no_field_moves_whatever_stands_in_its_neighbours(fields: list[str]) -> None:
    raw = ("MSH|^~\\&|||||2026||ADT^A08|1|P|2.5.1||||||UNICODE UTF-8\rZZZ|" + "|".join(fields) + "\r").encode()
    segment = Message.parse(raw).segments("ZZZ")[0]
    assert segment.fields == ["ZZZ", *fields]


def test_problems_are_listed_once() -> None:
    message = Message.parse(b"MSH|^~\\&\rstray\rstray\r")
    assert message.problems == (Oddity.NO_TYPE, Oddity.NO_CONTROL_ID, Oddity.NO_VERSION, Oddity.STRAY_LINE)
