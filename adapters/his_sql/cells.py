"""The value of a column as text, the way a person would read it in the database, never rounded and never guessed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

_HOUR, _MINUTE = 3_600, 60


class Undecodable(Exception):
    """Bytes that are no text in the hospital's character set; they stay what they are."""


def text(value: object, charset: str) -> str:
    """NULL is '', the padding of CHAR is gone, a truth is 1 or 0, bytes are text in `charset` or Undecodable.

    A float is its shortest text that reads back as the same float, so 12.3 stays 12.3 and a sum that was never exact
    is no amount.
    """
    if value is None:
        return ""
    known = next((kind for kind in _TEXTS if isinstance(value, kind)), None)
    if known is not None:
        return _TEXTS[known](value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _decoded(bytes(value), charset)
    return _unescaped(str(value), charset)


def encoded(value: object) -> str:
    """The bytes of a document in Base64; '' for NULL, and text as it is, for it may be Base64 already."""
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return "" if value is None else str(value)


def lossless(content: bytes) -> str:
    """What the SQLite driver makes of its bytes: UTF-8, and bytes that are none kept for `text` to read."""
    return content.decode("utf-8", "surrogateescape")


def _unescaped(written: str, charset: str) -> str:
    stripped = written.rstrip(" \x00")
    if stripped.isascii() or not any("\udc80" <= char <= "\udcff" for char in stripped):
        return stripped
    return _decoded(stripped.encode("utf-8", "surrogateescape"), charset)


def _decoded(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset).rstrip(" \x00")
    except UnicodeDecodeError:
        raise Undecodable from None


def _of_length(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds // _HOUR:02d}:{seconds % _HOUR // _MINUTE:02d}:{seconds % _MINUTE:02d}"


_TEXTS: Mapping[type[Any], Callable[[Any], str]] = {
    bool: lambda value: "1" if value else "0",
    int: str,
    float: repr,
    Decimal: lambda value: format(value, "f"),
    datetime: lambda value: value.isoformat(sep=" "),
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _of_length,
    dict: lambda value: json.dumps(value, ensure_ascii=False),
    list: lambda value: json.dumps(value, ensure_ascii=False),
}
"""In this order: a bool is an int, a datetime is a date. A length of time is how MySQL gives a time of day."""
