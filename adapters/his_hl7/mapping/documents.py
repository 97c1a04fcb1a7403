"""Documents inside a message: ED carries one, RP points at one (HL7 v2.5.1 sections 2.A.24 and 2.A.66).

One that is pointed at is kept as its pointer: to fetch it would let a message send this software anywhere.
"""

from __future__ import annotations

import re

from adapters.documents import ENCODINGS, check_type, content_of
from adapters.errors import Malformed
from adapters.hl7.null import told
from adapters.hl7.segment import Segment
from adapters.news import Document

TYPES = frozenset({"ED", "RP"})
_MAIN_TYPES = {"ap": "application", "au": "audio", "im": "image", "tx": "text", "ft": "text", "": "application"}
_CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")


def document_of(obx: Segment, place: str, title: str) -> Document:
    """The document in OBX-5; Malformed where its type, its encoding or its content is not what it says."""
    if told(obx["2"]).upper() == "RP":
        return _pointed_at(obx, place, title)
    content_type = _content_type(obx["5.2"], obx["5.3"], place)
    encoding = told(obx["5.4"]).lower()
    if encoding not in ENCODINGS:
        raise Malformed(f"{place}-5.4 is no encoding of HL7 table 0299")
    content = content_of(told(obx["5.5"]), encoding, f"{place}-5.5", f"{place}-5.4")
    check_type(content, content_type, f"{place}-5.5", f"{place}-5.3")
    return Document(title, content_type, content)


def _pointed_at(obx: Segment, place: str, title: str) -> Document:
    link = told(obx["5.1"])
    if not link:
        raise Malformed(f"{place}-5.1 points at no document")
    return Document(title, _content_type(obx["5.3"], obx["5.4"], place), b"", link)


def _content_type(main: str, sub: str, place: str) -> str:
    """`application/pdf` of HL7 tables 0191 and 0291 or of MIME; a type that stands alone is a subtype (`^PDF^^`)."""
    main, sub = told(main).lower(), told(sub).lower()
    if main and not sub and main not in _MAIN_TYPES:
        main, sub = "", main
    found = f"{_MAIN_TYPES.get(main, main)}/{sub or 'octet-stream'}"
    if not _CONTENT_TYPE.fullmatch(found):
        raise Malformed(f"{place}-5 names no type of document")
    return found
