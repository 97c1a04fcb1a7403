"""A process that dies at a chosen point: before or after a commit, before a request or before its reply."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hospital_bridge.store.unit_of_work import Store, Work


class Crash(BaseException):
    """No handler catches it, as none catches SIGKILL."""


class Points:
    """Counts the points that a run passes, and dies once at the chosen one."""

    def __init__(self) -> None:
        self.passed = 0
        self.deadly: int | None = None

    def arm(self, deadly: int | None) -> None:
        self.passed, self.deadly = 0, deadly

    def pass_by(self) -> None:
        self.passed += 1
        if self.passed == self.deadly:
            raise Crash(f"point {self.passed}")


class MortalStore(Store):
    """A store whose process may die just before and just after each commit."""

    points: Points

    @contextmanager
    def begin(self, operator_id: str) -> Iterator[Work]:
        with super().begin(operator_id) as work:
            yield work
            self.points.pass_by()
        self.points.pass_by()
