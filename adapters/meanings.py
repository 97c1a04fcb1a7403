"""What the answer of an outside system means, in the words that settings use: the same for every adapter."""

from __future__ import annotations

from datetime import timedelta

from adapters.errors import NotDone, OutcomeUnknown, OutsideError, Reason, Refused

OK, EMPTY, BUSY, UNKNOWN = "ok", "empty", "busy", "unknown"

NOES = (BUSY, UNKNOWN, *Reason)
"""A Reason is a business no; `busy` did nothing and may be asked again; behind `unknown` it may have been done."""

MEANINGS = (OK, EMPTY, *NOES)
"""`ok` and `empty`, which is a yes to a question whose answer is that there is nothing, besides."""


def error(meaning: str, text: str, *, native_code: str, retry_after: timedelta) -> OutsideError:
    """The outcome that one of `NOES` is; ValueError for any other word."""
    if meaning == BUSY:
        return NotDone(text, native_code=native_code, retry_after=retry_after)
    if meaning == UNKNOWN:
        return OutcomeUnknown(text, native_code=native_code)
    return Refused(text, reason=Reason(meaning), native_code=native_code)
