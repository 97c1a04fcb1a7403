"""How many attempts at one receiver may be under way: whoever answers slowly holds up nothing but themselves.

The threads that tell systems also bring payments to the hospital. A receiver that never answers would take all of them,
a timeout at a time, for as long as there is something to tell it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from threading import Lock

from hospital_bridge.store.deliveries import DeliveryRow
from hospital_bridge.store.jobs import Again
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.telling.post import FIRST, Attempt, Carrier, Closed, Said
from notifications.message import Outcome

MOST_AT_ONCE = 3
"""One less than the threads that call outside."""
CROWDED = timedelta(seconds=1)
IN_TROUBLE = timedelta(minutes=1)

Receiver = tuple[str, str, str]
"""Operator, kind of delivery, target."""

_WELL = frozenset({Outcome.DELIVERED, Outcome.REFUSED})


class Turnstile:
    """Counts the attempts under way in this process; a receiver whose last answer was no answer gets one at a time.

    What is urgent is not held back by a receiver's trouble, only by three attempts that are already under way.
    `chance` gives a number from 0 up to 1.
    """

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._lock = Lock()
        self._under_way: Counter[Receiver] = Counter()
        self._in_trouble: set[Receiver] = set()

    def through(self, receiver: Receiver, call: Callable[[], Said], *, urgent: bool) -> Said:
        """The answer to the call; Again, and no call, while the receiver has enough to answer."""
        with self._place(receiver, urgent=urgent):
            said = call()
            with self._lock:
                (self._in_trouble.discard if said.outcome in _WELL else self._in_trouble.add)(receiver)
            return said

    @contextmanager
    def _place(self, receiver: Receiver, *, urgent: bool) -> Iterator[None]:
        with self._lock:
            spared = receiver in self._in_trouble and not urgent
            if self._under_way[receiver] >= (1 if spared else MOST_AT_ONCE):
                raise Again(IN_TROUBLE * (1 + self._chance()) if spared else CROWDED)
            self._under_way[receiver] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[receiver] -= 1


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
