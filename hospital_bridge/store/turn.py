"""Whose turn it is to write: threads of one process take turns on a database with one writer."""

from __future__ import annotations

from threading import Lock
from types import TracebackType

from hospital_bridge.store import busy


class Turn:
    """A lock that gives up after a while, for a unit of work opened inside another would wait for ever."""

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=busy.WAIT_SECONDS):
            raise busy.DatabaseBusy(
                f"no turn to write within {busy.WAIT_SECONDS:g} s; is a unit of work opened inside another?"
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
