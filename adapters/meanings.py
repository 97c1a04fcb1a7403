"""What the answer of an outside system means, in the words that settings use: the same for every adapter."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from adapters.errors import NotDone, OutcomeUnknown, OutsideError, Reason, Refused

OK, EMPTY, BUSY, UNKNOWN = "ok", "empty", "busy", "unknown"

NOES = (BUSY, UNKNOWN, *Reason)
"""A Reason is a business no; `busy` did nothing and may be asked again; behind `unknown` it may have been done."""

MEANINGS = (OK, EMPTY, *NOES)
"""`ok` and `empty`, which is a yes to a question whose answer is that there is nothing, besides."""


ANY = "*"
"""The test that any text passes that is not empty."""

_COMPARISON = re.compile(r"(?P<sign>[<>]=?)\s*(?P<number>-?\d{1,15}(?:\.\d{1,6})?)\Z", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?\Z", re.ASCII)
_SIGNS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def passes(text: str, test: str) -> bool:
    """`0` that text itself, `*` any, `>0` a number above it; an empty test is an empty text."""
    comparison = _COMPARISON.match(test)
    if comparison is None:
        return bool(text) if test == ANY else text == test
    return bool(_NUMBER.match(text)) and _SIGNS[comparison["sign"]](Decimal(text), Decimal(comparison["number"]))


def error(meaning: str, text: str, *, native_code: str, retry_after: timedelta) -> OutsideError:
    """The outcome that one of `NOES` is; ValueError for any other word."""
    if meaning == BUSY:
        return NotDone(text, native_code=native_code, retry_after=retry_after)
    if meaning == UNKNOWN:
        return OutcomeUnknown(text, native_code=native_code)
    return Refused(text, reason=Reason(meaning), native_code=native_code)
