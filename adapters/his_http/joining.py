"""Rows completed by further calls: what a hospital tells only in pieces, such as quota, fee and name of each row.

A lookup's records join those rows with which they agree in every field that both have filled: one row becomes as many
as there are records that agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from adapters.errors import NotDone
from adapters.his_http.client import HttpHisClient
from adapters.his_http.rows import records_of
from adapters.his_http.settings import HttpHisSettings, Operation
from adapters.records import Record
from adapters.time import Now

Key = tuple[str, tuple[tuple[str, int, str], ...]]
"""A lookup and the values that it was asked with."""

MOST_CALLS = 500
"""Of lookups for one question; a hospital that needs more is asked for less at a time."""


class Kept:
    """Answers of lookups that count for a while, such as a session's token; a login that was refused begins anew."""

    def __init__(self) -> None:
        self._answers: dict[Key, tuple[datetime, Sequence[Record]]] = {}

    def still(self, key: Key, now: datetime) -> Sequence[Record]:
        """What was said, nothing where it counts no more."""
        until, told = self._answers.get(key, (now, ()))
        return told if now < until else ()

    def keep(self, key: Key, told: Sequence[Record], until: datetime) -> None:
        """Keep it until then."""
        self._answers[key] = (until, told)

    def forget(self) -> None:
        """Ask everything anew."""
        self._answers.clear()


class Lookups:
    """The lookups of one question: what was asked once in it is not asked again, what may be kept not even later."""

    def __init__(self, client: HttpHisClient, settings: HttpHisSettings, kept: Kept, now: Now) -> None:
        self._client = client
        self._settings = settings
        self._kept = kept
        self._now = now
        self._known: dict[Key, Sequence[Record]] = {}

    def told(self, name: str, values: Record) -> Sequence[Record]:
        """What the lookup says with these values; nothing where the hospital has nothing."""
        lookup = self._settings.lookups[name]
        values = self.first(lookup, values)
        places = (place for place in lookup.asking.places if place.name in values)
        key = (name, tuple(sorted({(place.name, place.part, place.value(values)) for place in places})))
        if key not in self._known:
            self._known[key] = self._kept.still(key, self._now()) or self._asked(key, lookup, values)
        return self._known[key]

    def first(self, operation: Operation, values: Record) -> Record:
        """The values with what is asked before; NotDone where one of them has nothing to say."""
        for name in operation.reading.first:
            if self._settings.lookups[name] is operation:
                continue  # what comes before all others comes before them alone
            told = self.told(name, values)
            if not told:
                raise NotDone(f"the hospital has nothing to say to {name}, which comes first")
            values = {**values, **told[0]}
        return values

    def _asked(self, key: Key, lookup: Operation, values: Record) -> Sequence[Record]:
        if len(self._known) >= MOST_CALLS:
            raise NotDone(f"more than {MOST_CALLS} calls to complete one answer")
        answer = self._client.ask(lookup, values)
        told = () if answer.is_empty else tuple(records_of(answer.document, lookup.reading))
        if lookup.reading.keep:
            self._kept.keep(key, told, self._now() + lookup.reading.keep)
        return told

    def complete(self, records: Iterable[Record], operation: Operation, asked: Record) -> Iterator[Record]:
        """Every record with what each lookup in turn adds to it."""
        for record in records:
            grown = [record]
            for name in operation.reading.complete:
                told = [(row, self.told(name, {**asked, **row})) for row in grown]
                lookup = self._settings.lookups[name]
                grown = [each for row, others in told for each in joined([row], others, lookup)]
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
