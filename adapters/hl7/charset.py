"""Which characters the bytes of a message mean: MSH-18, its usual misplacement, a peer's setting, detection."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from adapters.charsets import is_evidently_utf_8
from adapters.hl7.header import header_line

_ASCII = "ascii"
_UTF_8 = "utf-8"
_GB18030 = "gb18030"
_ISO_2022 = "iso2022_jp_2"

_CODECS = {
    "ASCII": _ASCII,
    "ISOIR6": _ASCII,
    "UNICODE": _UTF_8,
    "UNICODEUTF8": _UTF_8,
    "UTF8": _UTF_8,
    "GB180302000": _GB18030,
    "GB18030": _GB18030,
    "GBK": _GB18030,
    "GB2312": _GB18030,
    "BIG5": "big5hkscs",
    "ISOIR14": "shift_jis",
    "ISOIR87": _ISO_2022,
    "ISOIR159": _ISO_2022,
    "KSX1001": "euc_kr",
    **{f"{prefix}8859{part}": f"iso8859_{part}" for part in (*range(1, 11), 13, 14, 15) for prefix in ("", "ISO")},
}
_LONGEST_NAME = 40
_LONGEST_LIST = 400
_COUNTRY, _CHARACTER_SET = 16, 18
"""Where MSH-17 begins and MSH-18 ends in a header split at its separator."""
_SHORTEST = 4
"""`MSH` and its separator."""
_PAIR = re.compile(rb"[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[\x30-\x39][\x81-\xfe][\x30-\x39])")
_COMMON_PAIR = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


Declared = tuple["str | None", tuple["CharsetNote", ...]]


class CharsetNote(Enum):
    """What was odd about the way a message told its characters."""

    MISPLACED = auto()
    UNKNOWN = auto()
    CONTRADICTED = auto()
    UNDECODABLE = auto()


class Decoded(NamedTuple):
    """The text, the Python codec that gave it, and what was odd."""

    text: str
    codec: str
    notes: tuple[CharsetNote, ...] = ()


def codec_of(name: str) -> str | None:
    """The Python codec of an HL7 character set name (table 0211 and what is met in its place), or None.

    `UNICODE` alone is ambiguous and read as UTF-8; GB2312 is read as its superset GB18030.
    """
    return _codec_of(name) if len(name) <= _LONGEST_NAME else None


@lru_cache(maxsize=256)
def _codec_of(name: str) -> str | None:
    return _CODECS.get(re.sub(r"[^0-9A-Z]", "", name.upper()))


def decode(raw: bytes, charset: str | None = None) -> Decoded:
    """Decode a whole message; never fails, and never takes part of a character for a delimiter.

    In order: MSH-18, a known name in MSH-17, the peer's `charset`, detection. A declaration
    that the bytes contradict falls through to the next. One that no bytes can contradict
    (the 8859 family) yields to the peer's setting.
    """
    declared, notes = _declared(raw)
    asked = codec_of(charset) if charset else None
    if raw.isascii() and declared != _ISO_2022:
        return Decoded(raw.decode(_ASCII), declared or asked or _UTF_8, notes)
    for codec in _preferred(raw, declared, asked):
        text = _strict(raw, codec)
        if text is not None:
            contradicted = declared in (_ASCII, _UTF_8, _GB18030) and codec != declared
            return Decoded(text, codec, _contradicted(notes) if contradicted else notes)
    return _detected(raw, declared or asked, _contradicted(notes) if declared else notes)


def _preferred(raw: bytes, declared: str | None, asked: str | None) -> list[str]:
    if raw.startswith(_UTF_16_MARKS):
        return ["utf-16"]
    if raw.startswith(BOM_UTF8) or (_GB18030 in (declared, asked) and is_evidently_utf_8(raw)):
        return [_UTF_8]
    unfalsifiable = (declared or "").startswith("iso8859")
    return [codec for codec in ((asked, declared) if unfalsifiable else (declared, asked)) if codec]


def _contradicted(notes: tuple[CharsetNote, ...]) -> tuple[CharsetNote, ...]:
    return (*notes, CharsetNote.CONTRADICTED)


def _strict(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _detected(raw: bytes, expected: str | None, notes: tuple[CharsetNote, ...]) -> Decoded:
    text = _strict(raw, _UTF_8)
    if text is not None:
        return Decoded(text, _UTF_8, notes)
    if _looks_chinese(raw) and (text := _strict(raw, _GB18030)) is not None:
        return Decoded(text, _GB18030, notes)
    if expected in (None, _ASCII):
        return Decoded(raw.decode("latin-1"), "latin-1", notes)
    return Decoded(raw.decode(str(expected), "replace"), str(expected), (*notes, CharsetNote.UNDECODABLE))


def _looks_chinese(raw: bytes) -> bool:
    """Whether most two-byte readings fall on GB2312, as Chinese text does and a lone accented letter does not."""
    pairs = _PAIR.findall(raw)
    return 2 * sum(1 for pair in pairs if _COMMON_PAIR.fullmatch(pair)) >= len(pairs) > 0


def _declared(raw: bytes) -> Declared:
    """What MSH-18 and MSH-17 say at their byte positions, then as GB18030: its characters can hide a delimiter."""
    line = header_line(raw)
    found = _declared_by(*_country_and_set(line, "latin-1"))
    return found if found[0] or line.isascii() else max(found, _declared_by(*_country_and_set(line, _GB18030)), key=any)


def _country_and_set(line: bytes, codec: str) -> tuple[str, str]:
    header = line.decode(codec, "replace")
    if len(header) < _SHORTEST:
        return "", ""
    fields = header.split(header[3], _CHARACTER_SET)
    country = fields[_COUNTRY] if len(fields) > _COUNTRY else ""
    character_set = fields[_COUNTRY + 1] if len(fields) > _COUNTRY + 1 else ""
    return country[:_LONGEST_LIST], character_set[:_LONGEST_LIST]


@lru_cache(maxsize=256)
def _declared_by(country: str, character_set: str) -> Declared:
    """The codec that the two fields name; the same few all day long."""
    if codec := _codec_of_repetitions(character_set):
        return codec, ()
    if codec := codec_of(country):
        return codec, (CharsetNote.MISPLACED,)
    return None, (CharsetNote.UNKNOWN,) if character_set else ()


def _codec_of_repetitions(character_set: str) -> str | None:
    """MSH-18 may repeat: the first is the default, and the ISO 2022 sets among the rest are switched to inside."""
    names = [codec_of(name) for name in character_set.split("~")]
    return _ISO_2022 if _ISO_2022 in names else names[0]
