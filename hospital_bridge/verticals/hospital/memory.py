"""What the hospital said a moment ago: who looks at the same page shortly after another need not ask again.

Nothing is held, priced or booked from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hospital_bridge.slot import Scope

Answer = TypeVar("Answer")
Key = tuple[object, ...]

SLOWNESS = 30
LONGEST = timedelta(seconds=60)
"""An answer that took long is kept `SLOWNESS` times as long as it took, at most so long: a slow hospital
would otherwise never get to the end of a page that asks it several questions."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a hospital's adapter said, and from when until when it may be shown."""

    by: object
    at: datetime
    until: datetime
    answer: Any

    def serves(self, by: object, now: datetime) -> bool:
        # Another adapter stands there after a reload, and a clock may be set back.
        return self.by == by and self.at <= now < self.until


class Memory:
    """Answers of the hospital by question, at most `shown_for` old, or `LONGEST` where the hospital is slow."""

    def __init__(self, shown_for: timedelta) -> None:
        self._shown_for = shown_for
        self._told: dict[Key, _Told] = {}
        self._asking: dict[Key, Lock] = {}

    def recall(self, scope: Scope, port: str, question: Key, ask: Callable[[Any], Answer]) -> Answer:
        """The answer; who asks the same meanwhile waits for it. Raises what the adapter raises and keeps nothing."""
        key, hospital = (scope.operator_id, port, *question), scope.port(port)
        told = self._told.get(key)
        if told is None or not told.serves(hospital, scope.now()):
            with scope.waiting(), self._asking.setdefault(key, Lock()):
                told = self._told.get(key)
                if told is None or not told.serves(hospital, scope.now()):
                    told = self._keep(key, self._asked(scope, hospital, ask))
        answer: Answer = told.answer
        return answer

    def forget(self, scope: Scope, port: str, *beginning: object) -> None:
        """The next look at every question that begins so asks the hospital."""
        start = (scope.operator_id, port, *beginning)
        for key in list(self._told):
            if key[: len(start)] == start:
                self._told.pop(key, None)

    def _asked(self, scope: Scope, hospital: Any, ask: Callable[[Any], object]) -> _Told:
        began = scope.now()
        answer = ask(hospital)
        now = scope.now()
        shown_for = max(self._shown_for, min(SLOWNESS * (now - began), LONGEST))
        return _Told(hospital, now, now + shown_for, answer)

    def _keep(self, key: Key, told: _Told) -> _Told:
        for old in [old for old, past in list(self._told.items()) if past.until <= told.at]:
            self._told.pop(old, None)
        self._told[key] = told
        self._asking.pop(key, None)
        return told
