"""The character set of a reply: what the settings say, else what the reply says of itself, else that of the request."""

from __future__ import annotations

import codecs
import re

from adapters.charsets import is_evidently_utf_8
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
    """The text; Malformed where the bytes are not of the character set.

    A byte order mark says it for certain. Where the reply says it twice and contradicts itself its bytes decide.
    """
    marked = next((codec for mark, codec in _MARKS if raw.startswith(mark)), None)
    named = [marked] if marked else [fixed] if fixed else _said(raw, content_type) or [usual]
    for codec in named:
        if codec == "gb18030" and is_evidently_utf_8(raw):
            continue
        try:
            text = raw.decode(codec)
        except UnicodeError:
            continue
        if "\x00" not in text:  # of UTF-16 without its mark; an XML parser would find out and read it as that
            return text
    said = " nor ".join(named)
    evidently = ", but in utf-8: `reply_charset` says it for certain" if is_evidently_utf_8(raw) else ""
    raise Malformed(f"the answer is not in the character set {said}{evidently}")


def _said(raw: bytes, content_type: str) -> list[str]:
    """What the document and the header say, the document first."""
    declared = _DECLARED.match(raw)
    in_header = _IN_HEADER.search(content_type)
    names = [declared[1].decode("ascii")] if declared else []
    names += [in_header[1]] if in_header else []
    known = (codec_of(name) for name in names)
    return list(dict.fromkeys(codec for codec in known if codec and codec not in _SAYS_NOTHING))
