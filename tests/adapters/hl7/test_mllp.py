from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.hl7.mllp import Fault, Frame, Framer, FramingFault, frame

PAYLOADS = st.lists(
    st.binary(max_size=40).map(lambda data: data.replace(b"\x0b", b"").replace(b"\x1c", b"")), max_size=6
)


def fed(framer: Framer, chunks: Sequence[bytes]) -> list[Frame]:
    return [each for chunk in chunks for each in framer.feed(chunk)]


@given(PAYLOADS, st.integers(1, 50))
def test_any_chunking_gives_the_same_frames(payloads: list[bytes], size: int) -> None:
    wire = b"".join(frame(payload) for payload in payloads)
    chunks = [wire[start : start + size] for start in range(0, len(wire), size)]
    framer = Framer()
    assert fed(framer, chunks) == [Frame(payload) for payload in payloads]
    assert framer.close() == []


@given(st.lists(st.binary(max_size=20)))
def test_no_bytes_raise_anything_but_a_framing_fault(chunks: list[bytes]) -> None:
    framer = Framer(max_bytes=30)
    try:
        frames = [*fed(framer, chunks), *framer.close()]
    except FramingFault as fault:
        frames = list(fault.complete)
    assert all(b"\x1c" not in each.payload and b"\x0b" not in each.payload for each in frames)
    assert all(len(each.payload) <= 30 for each in frames)


def test_a_frame_without_carriage_return_ends_where_the_next_begins() -> None:
    assert Framer().feed(b"\x0bone\x1c" + frame(b"two")) == [Frame(b"one", (Fault.MISSING_RETURN,)), Frame(b"two")]


def test_a_frame_without_carriage_return_waits_until_it_is_settled() -> None:
    framer = Framer()
    assert framer.feed(b"\x0bone\x1c") == []
    assert framer.ended
    assert framer.settle() == [Frame(b"one", (Fault.MISSING_RETURN,))]
    assert framer.feed(b"\r" + frame(b"two")) == [Frame(b"two")]


def test_the_end_of_the_connection_settles_a_whole_frame() -> None:
    framer = Framer()
    framer.feed(b"\x0bone\x1c")
    assert framer.close() == [Frame(b"one", (Fault.MISSING_RETURN,))]


@pytest.mark.parametrize(
    ("wire", "fault", "complete"),
    [
        (b"MSH|", Fault.MISSING_START, []),
        (frame(b"one") + b"x", Fault.MISSING_START, [b"one"]),
        (frame(b"one") + b"\x1c\r", Fault.MISSING_START, [b"one"]),
        (frame(b"one") + b"\x0btwo\x1cx", Fault.TRAILING, [b"one"]),
        (b"\x0b" + b"x" * 31, Fault.OVERSIZE, []),
    ],
)
def test_a_stream_that_cannot_be_trusted_keeps_what_was_whole(wire: bytes, fault: Fault, complete: list[bytes]) -> None:
    with pytest.raises(FramingFault) as broken:
        Framer(max_bytes=30).feed(wire)
    assert broken.value.fault is fault
    assert [each.payload for each in broken.value.complete] == complete


def test_a_frame_may_be_as_large_as_the_limit() -> None:
    assert Framer(max_bytes=30).feed(frame(b"x" * 30)) == [Frame(b"x" * 30)]


def test_a_frame_that_begins_inside_another_discards_it() -> None:
    assert Framer().feed(b"\x0bhalf" + frame(b"whole")) == [Frame(b"whole", (Fault.RESTARTED,))]


def test_a_connection_that_ends_inside_a_frame_tore_it() -> None:
    framer = Framer()
    framer.feed(b"\x0bhalf")
    assert (framer.inside, framer.buffered) == (True, 4)
    with pytest.raises(FramingFault, match="inside a frame"):
        framer.close()


def test_blanks_between_frames_are_forgiven() -> None:
    assert Framer().feed(b"\r\n\t " + frame(b"one") + b"\r\n" + frame(b"")) == [Frame(b"one"), Frame(b"")]


@pytest.mark.parametrize("payload", [b"a\x0bb", b"a\x1cb"])
def test_a_payload_cannot_hold_its_own_frame(payload: bytes) -> None:
    with pytest.raises(ValueError, match="0x0B or 0x1C"):
        frame(payload)
