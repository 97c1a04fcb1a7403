"""The header's fields as bytes: an answer repeats them exactly as they came."""

from __future__ import annotations

import re

_ESCAPE = b"\x1b"
"""What switches to characters of two such bytes in ISO 2022."""
_USUAL = b"MSH|"
_LINE = re.compile(rb"(?:\A|[\r\n])[\x0b \t\xef\xbb\xbf]*(MSH[!-/:-@\[-`{-~][^\r\n]*)")


def header_line(raw: bytes) -> bytes:
    """The first MSH segment without its terminator, b'' where there is none."""
    if raw.startswith(_USUAL):
        line = raw[: raw.find(b"\r")] if b"\r" in raw else raw
        return line.partition(b"\n")[0]
    found = _LINE.search(raw)
    return found[1] if found else b""


def header_fields(raw: bytes, codec: str) -> tuple[bytes, ...]:
    """The bytes of each header field by its HL7 number (0 is `MSH`); empty where there is no header.

    Split as text, for a character of GB18030 may end in a delimiter's byte, unless the bytes
    do not survive that.
    """
    if codec.startswith("utf-16"):
        # No header stands in such bytes as it is read; an answer is in UTF-8 then.
        codec, raw = "utf-8", raw.decode(codec, "replace").encode("utf-8", "replace")
    line = header_line(raw)
    if not line:
        return ()
    separator = line[3:4]
    parts = _split_as_text(line, codec)
    if separator.join(parts) != line:
        parts = line.split(separator)
    return (parts[0], separator, *parts[1:])


def _split_as_text(line: bytes, codec: str) -> list[bytes]:
    if line.isascii() and _ESCAPE not in line:
        return line.split(line[3:4])
    try:
        text = line.decode(codec)
        return [part.encode(codec) for part in text.split(text[3])]
    except UnicodeError:
        return []
