"""Documents as text: decoded, and held against the type that they say they are of."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping

from adapters.errors import Malformed

_FIRST_BYTES = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}


def from_base64(text: str) -> bytes:
    """The bytes; line breaks and blanks mean nothing. ValueError where it is no Base64."""
    return base64.b64decode("".join(text.split()), validate=True)


ENCODINGS: Mapping[str, Callable[[str], bytes]] = {"a": str.encode, "base64": from_base64, "hex": bytes.fromhex}
"""HL7 table 0299."""


def content_of(text: str, encoding: str, place: str, said_at: str) -> bytes:
    """What the text encodes; Malformed where it is empty, or not in the encoding that stands at `said_at`."""
    try:
        content = ENCODINGS[encoding](text)
    except (ValueError, binascii.Error):
        raise Malformed(f"{place} is not in the encoding that {said_at} says") from None
    if not content:
        raise Malformed(f"{place} holds no document")
    return content


def check_type(content: bytes, content_type: str, place: str, said_at: str) -> None:
    """Malformed where the first bytes are not those of the type that stands at `said_at`."""
    if not content.startswith(_FIRST_BYTES.get(content_type, b"")):
        raise Malformed(f"{place} is not of the type that {said_at} says")
