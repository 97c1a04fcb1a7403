"""What can go wrong on the way to an outside system and back, steered call by call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from adapters.errors import Malformed, NotDone, OutcomeUnknown, Reason, Refused, Untrusted

Answer = TypeVar("Answer")


class Fault(StrEnum):
    """NOT_SENT and LOST_REQUEST leave the world as it was; the caller is told so only of the first."""

    NOT_SENT = "not sent"
    LOST_REQUEST = "lost request"
    LOST_REPLY = "lost reply"
    FORGED_REPLY = "forged reply"
    GARBLED_REPLY = "garbled reply"


class Line:
    """The wire to one system: faults and refusals are queued by verb, and every call is counted.

    `tap` is run before a request leaves and before a reply arrives.
    """

    def __init__(self) -> None:
        self._queue: defaultdict[str, list[Fault | Reason | None]] = defaultdict(list)
        self.calls: list[str] = []
        self.tap: Callable[[], None] = lambda: None
        self.is_down: Callable[[], bool] = lambda: False

    def will(self, verb: str, *what: Fault | Reason | None) -> None:
        """The next calls of that verb meet these; None lets one pass."""
        self._queue[verb].extend(what)

    def heal(self) -> None:
        """Nothing fails any more."""
        self._queue.clear()

    def call(self, verb: str, act: Callable[[], Answer]) -> Answer:
        self.tap()
        self.calls.append(verb)
        if self.is_down():
            raise NotDone("no connection")
        what = self._queue[verb].pop(0) if self._queue[verb] else None
        if isinstance(what, Reason):
            raise Refused("no", reason=what, native_code="N1")
        if what is Fault.NOT_SENT:
            raise NotDone("busy")
        if what is Fault.LOST_REQUEST:
            raise OutcomeUnknown("timeout")
        answer = act()
        self.tap()
        if what is not None:
            raise {
                Fault.LOST_REPLY: OutcomeUnknown("timeout"),
                Fault.FORGED_REPLY: Untrusted("signature"),
                Fault.GARBLED_REPLY: Malformed("not JSON"),
            }[what]
        return answer
