"""The fulfilling systems' own lists, of the day that is compared and of its neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from adapters.errors import Reason, Refused
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.reconcile.books import Counted, list_rows
from hospital_bridge.payment.reconcile.sorted_rows import Row

Entry = tuple[str, str]
"""(kind, serial) of a booking."""


@dataclass(slots=True)
class Lists:
    """One operator's lists; a neighbouring day's is fetched once, and only where something is to be looked up in it."""

    context: MoneyContext
    counted: Counted
    _known: dict[date, Mapping[Entry, int]] = field(default_factory=dict)

    def rows(self, day: date) -> Iterator[Row]:
        """(kind, serial, amount) of each line of that day; Refused as NOT_ALLOWED where none is told."""
        # Sales that are booked in one list name the same function, and the list is fetched once.
        lists = {counter.sale.entries: counter.scope for counter in self.context.counters.values()}
        for entries, scope in lists.items():
            if entries is None:
                raise Refused("the fulfilling system tells no list", reason=Reason.NOT_ALLOWED)
            yield from list_rows(entries(scope, day), self.counted)

    def booked(self, day: date, entry: Entry) -> int | None:
        """All that the lists of that day have under a serial, in fen; None where they lack it."""
        if day not in self._known:
            sums: dict[Entry, int] = {}
            for kind, serial, amount in self.rows(day):
                key = str(kind), str(serial)
                sums[key] = sums.get(key, 0) + int(amount)
            self._known[day] = sums
        return self._known[day].get(entry)
