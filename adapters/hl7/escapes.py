"""Escape sequences in text (HL7 v2.5.1 section 2.7)."""

from __future__ import annotations

import re
from functools import lru_cache

from adapters.hl7.delimiters import USUAL, Delimiters

_SEQUENCE = r"[FSTREPHN]|[Xx](?:[0-9A-Fa-f]{2})+|\.(?i:br|ce|fi|nf|sp[0-9]*|(?:in|ti)[+-]?[0-9]*|sk[0-9]*)"
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_LINE_BREAKS = ("BR", "CE", "SP")


def unescape(text: str, delimiters: Delimiters, codec: str) -> str:
    """The text that was meant; what is no known sequence stays as it stands.

    Line-breaking commands become a line feed, other formatting commands vanish, and hex
    data are characters of `codec`.
    """
    escape = delimiters.escape
    if not escape or escape not in text:
        return text
    return _pattern(escape).sub(lambda found: _meaning(found[0], delimiters, codec), text)


def escape(text: str) -> str:
    """The text as it may stand in a message with the usual delimiters; `unescape` undoes it exactly.

    Control characters become hex data, so a value can never end a segment or a frame.
    """
    return _CONTROLS.sub(lambda found: f"\\X{ord(found[0]):02X}\\", text.translate(_ESCAPES))


_ESCAPES = str.maketrans(
    {
        USUAL.escape: "\\E\\",
        USUAL.field: "\\F\\",
        USUAL.component: "\\S\\",
        USUAL.subcomponent: "\\T\\",
        USUAL.repetition: "\\R\\",
    }
)


@lru_cache(maxsize=64)
def _pattern(escape_character: str) -> re.Pattern[str]:
    mark = re.escape(escape_character)
    return re.compile(f"{mark}(?:{_SEQUENCE}){mark}")


def _meaning(sequence: str, delimiters: Delimiters, codec: str) -> str:
    body = sequence[1:-1].upper()
    if body.startswith("X"):
        return _characters(sequence, body[1:], codec)
    if body.startswith("."):
        return "\n" if body[1:3] in _LINE_BREAKS else ""
    return {
        "F": delimiters.field,
        "S": delimiters.component,
        "T": delimiters.subcomponent,
        "R": delimiters.repetition,
        "E": delimiters.escape,
        "P": delimiters.truncation,
    }.get(body, "")


def _characters(sequence: str, hexadecimal: str, codec: str) -> str:
    try:
        return bytes.fromhex(hexadecimal).decode(codec)
    except UnicodeDecodeError:
        return sequence
