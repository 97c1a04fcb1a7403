"""A hospital's system as the bridge asks it: each call in its turn, none too many, none at the wrong time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from adapters import unread
from adapters.deadline import waiting_at_most
from adapters.errors import Away, OutsideError
from hospital_bridge import activity
from hospital_bridge.clock import Clock
from hospital_bridge.pace.breaker import Breaker
from hospital_bridge.pace.memory import Age, Key, Memory
from hospital_bridge.pace.places import Places
from hospital_bridge.pace.windows import Maintenance
from hospital_bridge.settings.pace import OperationPace, PaceSettings

LOOKS = frozenset({"find_booking", "find_posting"})
"""What tells how a change ended that is under way: however badly things go, it is asked, at its job's own pace."""

MAKES_OLD: Mapping[str, Callable[..., Key]] = {
    "book": lambda request: ("slots", request.slot.department_code, request.slot.practitioner_code),
    "cancel": lambda _booking: ("slots",),
    "register_patient": lambda _identity: ("find_patients",),
}
"""A change -> how the questions begin whose answers are not the newest any more."""

COME_AGAIN = timedelta(minutes=5)
"""The longest that a job waits before it looks whether a window is over: the window may be called off."""


Shared = Callable[[], AbstractContextManager[None]]
"""A place among the calls of all processes; Busy where none is free in time."""


def nobody_else() -> AbstractContextManager[None]:
    """This process alone calls the system."""
    return nullcontext()


Keep = Callable[[str, bytes, OutsideError], None]
"""Keeps the answer to an operation that nobody can read, and what was wrong with it."""


def kept_nowhere(_operation: str, _raw: bytes, _error: OutsideError) -> None:
    """Nobody looks at it."""


@dataclass(frozen=True, slots=True)
class Name:
    """Whose system it is, for figures."""

    operator_id: str
    system: str


@dataclass(frozen=True, slots=True)
class Rest:
    """An operation that rests after failures."""

    operation: str
    until: datetime


@dataclass(frozen=True, slots=True)
class _Operation:
    name: str
    pace: OperationPace
    places: Places
    breaker: Breaker

    @property
    def age(self) -> Age:
        return Age(self.pace.shown_for, self.pace.stale_for)


class Paced:
    """An adapter with the ports of a hospital's system; what is no operation of them is the adapter's own.

    A call raises what the adapter raises, and Busy (no place), Resting (it failed too often) or Away (maintenance)
    without having asked. Prices, bookings and postings are always asked for; `shown` gives what a page may show.
    """

    def __init__(
        self,
        name: Name,
        adapter: Any,
        settings: PaceSettings,
        maintenance: Maintenance,
        clock: Clock,
        shared: Shared = nobody_else,
        keep: Keep = kept_nowhere,
    ) -> None:
        self._name = name
        self._adapter = adapter
        self._maintenance = maintenance
        self._clock = clock
        self._shared = shared
        self._keep = keep
        self._places = Places(settings.calls_at_once, settings.queue)
        longest = max((each.stale_for for each in settings.operations.values()), default=timedelta(0))
        self._memory = Memory(clock, forgotten_after=longest)
        self._operations = {
            operation: _Operation(
                operation,
                pace,
                Places(pace.calls_at_once, settings.queue),
                Breaker(pace.failures, pace.rest, clock),
            )
            for operation, pace in settings.operations.items()
        }

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._adapter, name)
        operation = self._operations.get(name)
        return member if operation is None else partial(self._asked, operation, member)

    def remembered(self, name: str, *arguments: Any) -> Any | None:
        """What may be shown without asking; None where nothing is known that is young enough."""
        told = self._memory.recall((name, *arguments))
        if told is None:
            return None
        activity.count_shown(self._name.operator_id, self._name.system, name, old=told.stale)
        return told.answer

    def shown(self, name: str, *arguments: Any) -> Any:
        """What may be shown, asked for once for all who want it now; an old answer where the system fails."""
        operation, member = self._operations[name], getattr(self._adapter, name)
        told = self._memory.ask((name, *arguments), operation.age, lambda: self._called(operation, member, *arguments))
        if told.stale:
            activity.count_shown(self._name.operator_id, self._name.system, name, old=True)
        return told.answer

    def closed_until(self) -> datetime | None:
        """When something new may begin again that needs the system; None where it may now."""
        return self._maintenance.closed_until(self._clock.now())

    def quiet_until(self) -> datetime | None:
        """When the window ends that is on; None outside of any."""
        return self._maintenance.quiet_until(self._clock.now())

    def resting(self) -> Sequence[Rest]:
        """The operations that rest after failures."""
        rests = ((each.name, each.breaker.rests_until) for each in self._operations.values())
        return [Rest(name, until) for name, until in rests if until is not None]

    def _asked(self, operation: _Operation, member: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        began = self._clock.now()
        try:
            answer = self._called(operation, member, *arguments, **named)
        finally:
            if operation.name in MAKES_OLD:
                self._memory.forget(*MAKES_OLD[operation.name](*arguments))
        if operation.pace.shown_for and not named:
            self._memory.keep((operation.name, *arguments), operation.age, answer, began)
        return answer

    def _called(self, operation: _Operation, member: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        operator_id, system = self._name.operator_id, self._name.system
        with activity.counted_his_call(operator_id, system, operation.name):
            self._must_not_be_away()
            # What cannot be read is kept when the place at the system is free again.
            with (
                unread.kept_by(partial(self._keep, operation.name)),
                self._trial(operation),
                self._turn(operation),
                activity.under_way(operator_id, system),
            ):
                return member(*arguments, **named)

    def _must_not_be_away(self) -> None:
        now = self._clock.now()
        until = self._maintenance.quiet_until(now)
        if until is not None:
            raise Away(
                "away: the hospital's system is in maintenance", until=until, retry_after=min(until - now, COME_AGAIN)
            )

    @contextmanager
    def _trial(self, operation: _Operation) -> Iterator[None]:
        if operation.name in LOOKS:
            yield
            return
        try:
            with operation.breaker.trial():
                yield
        finally:
            rests = operation.breaker.rests_until is not None
            activity.show_resting(self._name.operator_id, self._name.system, operation.name, rests=rests)

    @contextmanager
    def _turn(self, operation: _Operation) -> Iterator[None]:
        with ExitStack() as turn:
            turn.enter_context(operation.places.place())
            turn.enter_context(self._places.place())
            turn.enter_context(self._shared())
            if operation.pace.timeout:
                turn.enter_context(waiting_at_most(operation.pace.timeout.total_seconds()))
            yield
