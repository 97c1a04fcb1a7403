"""Rows completed by further calls: what a hospital tells only in pieces, such as quota, fee and name of each row.

A lookup's records join those rows with which they agree in every field that both have filled: one row becomes as many
as there are records that agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from adapters.errors import NotDone
from adapters.his_http.client import HttpHisClient
from adapters.his_http.rows import records_of
from adapters.his_http.settings import Operation
from adapters.records import Record

MOST_CALLS = 500
"""Of lookups for one question; a hospital that needs more is asked for less at a time."""


class Lookups:
    """The lookups of one question: what was asked once in it is not asked again."""

    def __init__(self, client: HttpHisClient) -> None:
        self._client = client
        self._known: dict[tuple[str, tuple[tuple[str, int, str], ...]], Sequence[Record]] = {}

    def told(self, lookup: Operation, values: Record) -> Sequence[Record]:
        """What the lookup says with these values; nothing where the hospital has nothing."""
        places = (place for place in lookup.asking.places if place.name in values)
        used = sorted({(place.name, place.part, place.value(values)) for place in places})
        key = (lookup.name, tuple(used))
        if key not in self._known:
            if len(self._known) >= MOST_CALLS:
                raise NotDone(f"more than {MOST_CALLS} calls to complete one answer")
            answer = self._client.ask(lookup, values)
            self._known[key] = () if answer.is_empty else tuple(records_of(answer.document, lookup.reading))
        return self._known[key]

    def complete(self, records: Iterable[Record], lookups: Sequence[Operation], asked: Record) -> Iterator[Record]:
        """Every record with what each lookup in turn adds to it."""
        for record in records:
            grown = [record]
            for lookup in lookups:
                grown = [each for row in grown for each in joined([row], self.told(lookup, {**asked, **row}), lookup)]
            yield from grown


def joined(rows: Iterable[Record], others: Sequence[Record], lookup: Operation) -> Iterator[Record]:
    """The rows, each with every record that it agrees with; one that agrees with none stays unless it is dropped."""
    for row in rows:
        matching = [other for other in others if _agree(row, other)]
        yield from ({**row, **_filled(other)} for other in matching)
        if not matching and not lookup.reading.drop_when_empty:
            yield row


def _agree(row: Record, other: Record) -> bool:
    return all(row[name] == text for name, text in _filled(other).items() if row.get(name))


def _filled(record: Record) -> Record:
    return {name: text for name, text in record.items() if text}
