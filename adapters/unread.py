"""What the outside answered last, lent to whoever keeps the answers that could not be read.

An error of ours never holds an answer, for an answer holds a patient's data (`adapters.errors`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from adapters.errors import Malformed, OutcomeUnknown, OutsideError

Raw = Callable[[], bytes]


@dataclass(slots=True)
class _Last:
    raw: bytes | Raw = b""


_last: ContextVar[_Last | None] = ContextVar("last", default=None)


def note(raw: bytes | Raw) -> None:
    """This is what was answered; b'' while a call is under way, and a function where the bytes are costly to make."""
    last = _last.get()
    if last is not None:
        last.raw = raw


@contextmanager
def kept_by(keep: Callable[[bytes, OutsideError], None]) -> Iterator[None]:
    """Hand over the last answer, as it came, where a call in the block fails because nobody can tell what it says."""
    last = _Last()
    before = _last.set(last)
    try:
        yield
    except OutsideError as error:
        raw = last.raw if isinstance(last.raw, bytes) else last.raw()
        if raw and _tells_nothing(error):
            keep(raw, error)
        raise
    finally:
        _last.reset(before)


def _tells_nothing(error: BaseException | None) -> bool:
    """A question that was lost is NotDone, for it changed nothing; what it was lost by stands behind it."""
    while error is not None:
        if isinstance(error, Malformed | OutcomeUnknown):
            return True
        error = error.__cause__
    return False
