"""What holds of any bytes whatever: for property tests, and for a fuzzer that looks for bytes of which it does not.

Each rule reads the bytes a second time in the plainest way there is, and compares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache

from adapters.errors import Malformed
from adapters.his_hl7.mapping import news, preview
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.ack import AckCode, Stamp, decide_ack
from adapters.hl7.charset import decode
from adapters.hl7.escapes import escape, unescape
from adapters.hl7.header import header_fields
from adapters.hl7.message import Message
from adapters.hl7.mllp import Fault, Frame, Framer, FramingFault
from adapters.hl7.segment import Segment
from tests.adapters.his_hl7.conftest import demo_settings

CHARSETS = (None, "gb18030", "utf-8", "big5")
_STAMP = Stamp("OURS", datetime(2026, 11, 23, tzinfo=UTC), UTC)
_MOST_PLACES = 300
_LONGEST_PAYLOAD = 200


def message_holds(data: bytes) -> None:
    """Malformed or read: not a byte changed, no segment, field, repetition or component lost or moved."""
    charset, raw = CHARSETS[data[0] % len(CHARSETS)] if data else None, data[1:]
    ack = decide_ack(raw, stored=True, stamp=_STAMP, charset=charset)
    try:
        message = Message.parse(raw, charset)
    except Malformed:
        assert ack.code in (None, AckCode.AR, AckCode.CR)
        return
    if ack.code in (AckCode.AA, AckCode.CA):
        assert message.control_id.strip()
        assert b"MSA" in ack.body
        assert header_fields(raw, message.codec)[10] in ack.body
    assert bytes(message) == raw
    assert isinstance(message.problems, tuple)
    lines = [line for line in re.split(r"[\r\n]+", decode(raw, charset).text) if line and not line.isspace()]
    assert [segment.text for segment in message.segments()] == lines
    named = [segment for segment in message.segments() if segment.name]
    assert sum(len(message.segments(name)) for name in {segment.name for segment in named}) == len(named)
    for segment in named[:_MOST_PLACES]:
        _segment_holds(segment, message)


def _segment_holds(segment: Segment, message: Message) -> None:
    told = message.delimiters
    fields = segment.text.split(told.field)
    if segment.name in ("MSH", "FHS", "BHS"):
        fields.insert(1, told.field)
    for number, text in enumerate(fields[1:_MOST_PLACES], start=1):
        field = segment.field(number)
        assert field.text == text
        if segment.name in ("MSH", "FHS", "BHS") and number <= len("12"):
            assert segment[str(number)] == text
            continue
        repetitions = text.split(told.repetition) if told.repetition and text else [text] if text else []
        assert [repetition.text for repetition in field.repetitions] == repetitions
        for turn, repetition in enumerate(repetitions[:_MOST_PLACES], start=1):
            components = repetition.split(told.component) if told.component else [repetition]
            for place, component in enumerate(components[:9], start=1):
                parts = component.split(told.subcomponent) if told.subcomponent else [component]
                meant = [unescape(part, told, message.codec) for part in parts]
                for part, value in enumerate(meant[:9], start=1):
                    assert segment[f"{number}({turn}).{place}.{part}"] == value
                assert segment[f"{number}({turn}).{place}.{len(parts) + 1}"] == ""
            assert segment[f"{number}({turn}).{len(components) + 1}"] == ""
    assert segment[str(len(fields))] == ""


def framing_holds(data: bytes) -> None:
    """However the bytes are chunked the same frames come of them, and the same fault; a frame holds no mark."""
    size, wire = (data[0] % 40 + 1, data[1:]) if data else (1, b"")
    whole, cut = (_framed([wire]), _framed([wire[at : at + size] for at in range(0, len(wire), size)]))
    assert whole[1] == cut[1]
    assert whole[0] == cut[0]
    assert all(not {0x0B, 0x1C} & set(each.payload) for each in whole[0])
    assert all(len(each.payload) <= _LONGEST_PAYLOAD for each in whole[0])


def _framed(chunks: list[bytes]) -> tuple[list[Frame], Fault | None]:
    framer, frames = Framer(_LONGEST_PAYLOAD), list[Frame]()
    try:
        for chunk in chunks:
            frames += framer.feed(chunk)
        frames += framer.close()
    except FramingFault as fault:
        return [*frames, *fault.complete], fault.fault
    return frames, None


def mapping_holds(data: bytes) -> None:
    """News, or Malformed: no other exception; and a preview shows what the reading does."""
    charset, raw = CHARSETS[data[0] % len(CHARSETS)] if data else None, data[1:]
    try:
        heard = news.read(Message.parse(raw, charset), _settings())
    except Malformed:
        return
    assert preview.preview(raw, charset, _settings()).news == heard.news


def escapes_hold(data: bytes) -> None:
    """A value is read as it was written, and can end neither a field nor a segment nor a frame."""
    text = data.decode("utf-8", "replace")
    written = escape(text)
    assert not set(written) & set("|^~&\r\n\x0b\x1c")
    told = Message.parse(rf"MSH|^~\&|{written}|".encode())
    assert told["MSH-3"] == text
    assert unescape(text, told.delimiters, told.codec) is not None


@cache
def _settings() -> Hl7HisSettings:
    return demo_settings()


RULES: Mapping[str, Callable[[bytes], None]] = {
    "message": message_holds,
    "framing": framing_holds,
    "mapping": mapping_holds,
    "escapes": escapes_hold,
}
