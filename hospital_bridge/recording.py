"""Recorded messages in files, as any tool may have written them: framed for MLLP or plain, one or many, in batches.

Nothing is decoded here: the bytes of each message are cut out and left as they are. A file without a message header is
one thing, such as an item of a feed.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

EXPECTED = ".expected.json"
_FRAME = re.compile(rb"\x0b(.*?)(?:\x1c\r?|(?=\x0b)|\Z)", re.DOTALL)
_HEADER = re.compile(rb"(?:(?<=[\r\n])|\A)MSH(?=[^A-Za-z0-9\r\n\s])")
_ENVELOPE = re.compile(rb"[\r\n](?:FHS|BHS|BTS|FTS)[^A-Za-z0-9\r\n][^\r\n]*")
_UTF_16_MARKS = (BOM_UTF16_LE, BOM_UTF16_BE)
_BLANK = b"\r\n\t \x1a\x1c\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One message; `name` is its file, with its number where the file holds several, `file` the file itself."""

    name: str
    file: Path
    raw: bytes = field(repr=False)


def recorded(place: Path) -> Iterator[Recorded]:
    """Each message of a file, or of every file below a folder in the order of their names."""
    for file in [place] if place.is_file() else sorted(each for each in place.rglob("*") if _is_recording(each)):
        found = messages_of(file.read_bytes())
        name = file.name if file == place else str(file.relative_to(place))
        for number, raw in enumerate(found, start=1):
            yield Recorded(name if len(found) == 1 else f"{name}#{number}", file, raw)


def messages_of(content: bytes) -> list[bytes]:
    """The messages of a file; empty where nothing stands in it."""
    if content.startswith(_UTF_16_MARKS):
        return _in_utf_16(content)
    frames = [frame for frame in _FRAME.findall(content) if frame.strip(_BLANK)]
    if frames:
        return [message for frame in frames for message in _plain(frame)]
    return _plain(content)


def _in_utf_16(content: bytes) -> list[bytes]:
    """The same of a file in UTF-16, whose line ends are two bytes long; each message has the mark again."""
    try:
        text = content.decode("utf-16").encode()
    except UnicodeError:
        return [content]
    return [message.decode().encode("utf-16") for message in messages_of(text)]


def _plain(content: bytes) -> list[bytes]:
    body = content.lstrip(_BLANK)
    starts = [found.start() for found in _HEADER.finditer(body)]
    if not starts:
        return [content] if body.rstrip(_BLANK) else []
    ends = [*starts[1:], len(body)]
    return [_ENVELOPE.sub(b"", body[start:end]) for start, end in zip(starts, ends, strict=True)]


def _is_recording(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and not file.name.endswith(EXPECTED)
