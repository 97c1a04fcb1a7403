"""How many attempts at one receiver may be under way: whoever answers slowly holds up nothing but themselves.

The threads that tell systems also bring payments to the hospital. Receivers that never answer would take all of them, a
timeout at a time, for as long as there is something to tell them. So whoever has not answered yet, or whose last answer
was none, gets one attempt at a time and shares few threads with all who are like that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from functools import partial
from threading import Lock

from hospital_bridge.store.deliveries import DeliveryRow
from hospital_bridge.store.jobs import Again
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.telling.post import FIRST, Attempt, Carrier, Closed, Said
from notifications.message import Outcome

MOST_AT_ONCE = 2
"""At a receiver that answers."""
UNPROVEN_AT_ONCE = 5
"""At all others together: with one that answered and falls silent they leave a thread of `running.THREADS` free."""
TROUBLED_AT_ONCE = 2
"""Of these, at all whose last answer was none: a new receiver need not wait for them."""
CROWDED = timedelta(seconds=1)
IN_TROUBLE = timedelta(minutes=1)

Receiver = tuple[str, str, str]
"""Operator, kind of delivery, target."""

_ANSWERS = frozenset({Outcome.DELIVERED, Outcome.REFUSED})


class Standing(Enum):
    """What the last attempt at a receiver said of it."""

    NEW = auto()
    WELL = auto()
    IN_TROUBLE = auto()


class Turnstile:
    """Counts the attempts under way in this process.

    What is urgent is not put off for a receiver's trouble, only until there is a place again. `chance` gives a number
    from 0 up to 1.
    """

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._lock = Lock()
        self._under_way: Counter[Receiver] = Counter()
        self._standing: dict[Receiver, Standing] = {}

    def through(self, receiver: Receiver, call: Callable[[], Said], *, urgent: bool) -> Said:
        """The answer to the call; Again, and no call, while the receiver has enough to answer."""
        with self._place(receiver, urgent=urgent):
            said = call()
            with self._lock:
                self._standing[receiver] = Standing.WELL if said.outcome in _ANSWERS else Standing.IN_TROUBLE
            return said

    @contextmanager
    def _place(self, receiver: Receiver, *, urgent: bool) -> Iterator[None]:
        with self._lock:
            if not self._has_place(receiver):
                spared = self._of(receiver) is Standing.IN_TROUBLE and not urgent
                raise Again(IN_TROUBLE * (1 + self._chance()) if spared else CROWDED)
            self._under_way[receiver] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[receiver] -= 1

    def _has_place(self, receiver: Receiver) -> bool:
        standing, mine = self._of(receiver), self._under_way[receiver]
        if standing is Standing.WELL:
            return mine < MOST_AT_ONCE
        troubled = self._at(Standing.IN_TROUBLE)
        if standing is Standing.IN_TROUBLE and troubled >= TROUBLED_AT_ONCE:
            return False
        return mine == 0 and troubled + self._at(Standing.NEW) < UNPROVEN_AT_ONCE

    def _of(self, receiver: Receiver) -> Standing:
        return self._standing.get(receiver, Standing.NEW)

    def _at(self, standing: Standing) -> int:
        """The attempts under way at all receivers of that standing."""
        return sum(count for receiver, count in self._under_way.items() if self._of(receiver) is standing)


@dataclass(frozen=True, slots=True)
class OneAfterAnother:
    """A carrier whose attempts go through a turnstile (`post.Carrier`)."""

    carrier: Carrier
    turnstile: Turnstile

    def prepare(self, work: Work, row: DeliveryRow) -> Attempt | Closed:
        found = self.carrier.prepare(work, row)
        if isinstance(found, Closed):
            return found
        receiver = (work.operator_id, row.kind.value, row.target)
        through = partial(self.turnstile.through, receiver, found.call, urgent=row.priority == FIRST)
        return replace(found, call=through)
