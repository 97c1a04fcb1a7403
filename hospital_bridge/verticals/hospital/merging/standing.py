"""Which record numbers are one record, out of everything that the hospital ever said of them.

Nothing depends on the order in which its words came: they are heard anew in the order of the hospital's own clock.
Numbers are told by their blind index.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Said(StrEnum):
    """LINK: both are one person's and stay in use. MERGE: one went up into the other. PART: they are two people's."""

    LINK = "link"
    MERGE = "merge"
    PART = "part"


_OF_ONE_INSTANT = tuple(Said)


@dataclass(frozen=True, slots=True)
class Word:
    """What the hospital said of two numbers at `told_at`; `number` is the one that went, came or left."""

    told_at: datetime
    said: Said
    number: str
    survivor: str

    @property
    def place(self) -> tuple[datetime, int, str, str]:
        """Where it stands among the hospital's words; of one instant a parting is the last."""
        return self.told_at, _OF_ONE_INSTANT.index(self.said), self.number, self.survivor


@dataclass(slots=True)
class Standing:
    """What holds once everything was heard: the number that each one went up into, and those that are linked."""

    into: dict[str, str] = field(default_factory=dict)
    links: set[frozenset[str]] = field(default_factory=set)

    def current(self, number: str) -> str:
        """The number that is in use for it."""
        return [*self._way(number)][-1]

    def record(self, number: str) -> frozenset[str]:
        """Every number of the same record, itself among them."""
        found, fresh = {number}, {number}
        pairs = [*self.links, *(frozenset(pair) for pair in self.into.items())]
        while fresh:
            fresh = {other for pair in pairs if pair & fresh for other in pair} - found
            found |= fresh
        return frozenset(found)

    def hear(self, word: Word) -> None:
        """One word more."""
        {Said.LINK: self._link, Said.MERGE: self._merge, Said.PART: self._part}[word.said](word.number, word.survivor)

    def _link(self, number: str, other: str) -> None:
        self.links.add(frozenset((number, other)))

    def _merge(self, number: str, survivor: str) -> None:
        """The survivor is in use from now on: what it had gone up into, if that was this number, is over."""
        if number in self._way(survivor):
            self.into.pop(survivor)
        self.into[number] = survivor

    def _part(self, number: str, other: str) -> None:
        """Two people: whichever of them went up into the other, or into the same third number, comes out of it."""
        if number in self._way(other):
            self.into.pop(other)
        elif self.current(number) == self.current(other):
            self.into.pop(number)
        self.links.discard(frozenset((number, other)))
        if other in self.record(number):
            self.links = {pair for pair in self.links if number not in pair}

    def _way(self, number: str) -> Iterator[str]:
        yield number
        while number in self.into:
            number = self.into[number]
            yield number


def heard(words: Iterable[Word]) -> Standing:
    """What holds after all of these words."""
    standing = Standing()
    for word in sorted(words, key=lambda word: word.place):
        if word.number != word.survivor:
            standing.hear(word)
    return standing
