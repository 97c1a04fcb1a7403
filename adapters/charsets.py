"""Whether bytes are evidently of one character set although another was named for them."""

from __future__ import annotations

import re

_HANZI = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}|\xe3\x80[\x80-\xbf]|\xef\xbc[\x80-\xbf]")


def is_evidently_utf_8(raw: bytes) -> bool:
    """Whether they are whole UTF-8 with hanzi or their punctuation in it.

    Almost any UTF-8 can be read as GB18030 too, as other hanzi (内科 as 鍐呯), and no fault would show. The other way
    round it takes three hanzi of fitting bytes and none else in the whole text, once in some hundred thousand names.
    """
    if raw.isascii() or not _HANZI.search(raw):
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
