"""An operation that fails again and again rests, and then one call tries whether it has come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock

from adapters.errors import Busy, Malformed, NotDone, OutcomeUnknown, OutsideError, Untrusted
from hospital_bridge.clock import Clock


class Resting(NotDone):
    """The operation failed too often just now; it was not asked, so that the hospital can come back."""


class Breaker:
    """Counts failures in a row: NotDone of the hospital's and OutcomeUnknown, for both say that it did not answer.

    A refusal is an answer. What cannot be read counts neither way: one patient's odd record must not keep out all.
    """

    def __init__(self, failures: int, rest: timedelta, clock: Clock) -> None:
        self._most = failures
        self._rest = rest
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._rests_until: datetime | None = None
        self._probing = False

    @property
    def rests_until(self) -> datetime | None:
        """Until when it rests, past while one call tries it; None while it works."""
        return self._rests_until

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Let one call be made in the block, and learn from how it ends; Resting where none may be made."""
        probe = self._admit()
        try:
            yield
        except (Busy, Malformed, Untrusted):
            self._give_back(probe=probe)
            raise
        except (NotDone, OutcomeUnknown):
            self._failed()
            raise
        except OutsideError:
            self._answered()
            raise
        except BaseException:
            self._give_back(probe=probe)
            raise
        else:
            self._answered()

    def _admit(self) -> bool:
        with self._lock:
            if self._rests_until is None:
                return False
            left = self._rests_until - self._clock.now()
            if left > timedelta(0) or self._probing:
                wait = max(left, timedelta(seconds=1))
                raise Resting("resting: the hospital did not answer several times in a row", retry_after=wait)
            self._probing = True
            return True

    def _answered(self) -> None:
        with self._lock:
            self._failures, self._rests_until, self._probing = 0, None, False

    def _failed(self) -> None:
        with self._lock:
            self._failures, self._probing = self._failures + 1, False
            if self._failures >= self._most:
                self._rests_until = self._clock.now() + self._rest

    def _give_back(self, *, probe: bool) -> None:
        if probe:
            with self._lock:
                self._probing = False
