"""Documents inside a message: ED carries one, RP points at one (HL7 v2.5.1 sections 2.A.24 and 2.A.66).

One that is pointed at is kept as its pointer: to fetch it would let a message send this software anywhere.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping

from adapters.errors import Malformed
from adapters.hl7.segment import Segment
from adapters.news import Document

TYPES = frozenset({"ED", "RP"})
_MAIN_TYPES = {"ap": "application", "au": "audio", "im": "image", "tx": "text", "ft": "text", "": "application"}
_CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
_FIRST_BYTES = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}


def document_of(obx: Segment, place: str, title: str) -> Document:
    """The document in OBX-5; Malformed where its type, its encoding or its content is not what it says."""
    if obx["2"].strip().upper() == "RP":
        return _pointed_at(obx, place, title)
    content_type = _content_type(obx["5.2"], obx["5.3"], place)
    decode = _DECODERS.get(obx["5.4"].strip().lower())
    if decode is None:
        raise Malformed(f"{place}-5.4 is no encoding of HL7 table 0299")
    content = _decoded(decode, obx["5.5"], place)
    if not content.startswith(_FIRST_BYTES.get(content_type, b"")):
        raise Malformed(f"{place}-5.5 is not of the type that {place}-5.3 says")
    return Document(title, content_type, content)


def _pointed_at(obx: Segment, place: str, title: str) -> Document:
    link = obx["5.1"].strip()
    if not link:
        raise Malformed(f"{place}-5.1 points at no document")
    return Document(title, _content_type(obx["5.3"], obx["5.4"], place), b"", link)


def _content_type(main: str, sub: str, place: str) -> str:
    """`application/pdf` of HL7 tables 0191 and 0291 or of MIME; a type that stands alone is a subtype (`^PDF^^`)."""
    main, sub = main.strip().lower(), sub.strip().lower()
    if main and not sub and main not in _MAIN_TYPES:
        main, sub = "", main
    found = f"{_MAIN_TYPES.get(main, main)}/{sub or 'octet-stream'}"
    if not _CONTENT_TYPE.fullmatch(found):
        raise Malformed(f"{place}-5 names no type of document")
    return found


def _decoded(decode: Callable[[str], bytes], text: str, place: str) -> bytes:
    try:
        content = decode("".join(text.split()) if decode is not str.encode else text)
    except (ValueError, binascii.Error):
        raise Malformed(f"{place}-5.5 is not in the encoding that {place}-5.4 says") from None
    if not content:
        raise Malformed(f"{place}-5.5 holds no document")
    return content


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


_DECODERS: Mapping[str, Callable[[str], bytes]] = {
    "a": str.encode,
    "base64": _from_base64,
    "hex": bytes.fromhex,
}
"""HL7 table 0299."""
