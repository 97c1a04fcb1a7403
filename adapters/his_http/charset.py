"""The character set of a reply: what the settings say, else what the reply says of itself, else that of the request."""

from __future__ import annotations

import codecs
import re

from adapters.errors import Malformed

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_IN_HEADER = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._-]{1,40})", re.ASCII)
_TEXT = re.compile(r"utf-(?:8|16|32)(?:-[a-z]+)?|gb\w+|hz|big5\w*|ascii|iso8859-\d+|cp\d+|koi8\w*|euc_\w+|shift_jis\w*")
"""Codecs of texts; Python knows others under such names that are none."""

_CHINESE = frozenset({"gb2312", "gbk", "gb18030", "gb180302000", "cp936"})
_SAYS_NOTHING = frozenset({"iso8859-1", "ascii", "cp1252"})
"""What servers write into a header by default: no byte could contradict it."""


def codec_of(name: str) -> str | None:
    """The Python codec of a character set's name, None where there is none; GB2312 and GBK are read as GB18030."""
    if re.sub(r"[^a-z0-9]", "", name.lower()) in _CHINESE:
        return "gb18030"
    try:
        codec = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return None
    return codec if _TEXT.fullmatch(codec) else None


def sending_codec_of(name: str) -> str | None:
    """The codec of what we send, None where there is none: what says GBK gets no character beyond it.

    Windows says GB2312 and means GBK.
    """
    codec = codec_of(name)
    said = re.sub(r"[^a-z0-9]", "", name.lower())
    return "gbk" if codec == "gb18030" and not said.startswith(codec) else codec


def decoded(raw: bytes, content_type: str, *, fixed: str, usual: str) -> str:
    """The text; Malformed where the bytes are not of the character set."""
    marked = next((codec for mark, codec in _MARKS if raw.startswith(mark)), None)
    codec = marked or fixed or _said(raw, content_type) or usual
    try:
        return raw.decode(codec)
    except (UnicodeDecodeError, UnicodeError):
        raise Malformed(f"the answer is not in the character set {codec}") from None


def _said(raw: bytes, content_type: str) -> str | None:
    declared = _DECLARED.match(raw)
    in_header = _IN_HEADER.search(content_type)
    names = [declared[1].decode("ascii")] if declared else []
    names += [in_header[1]] if in_header else []
    known = (codec_of(name) for name in names)
    return next((codec for codec in known if codec and codec not in _SAYS_NOTHING), None)
