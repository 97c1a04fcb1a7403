"""What an answer means, by rules that are data: done, nothing there, a business no, busy, or unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from adapters import texts
from adapters.meanings import OK, passes


class Place(Protocol):
    """Where a text stands in a document: a `Path`, or an address of HL7."""

    @property
    def written(self) -> str:
        """As the settings have it."""

    @property
    def leaves_the_row(self) -> bool:
        """Whether it begins outside the row that it is read from."""

    def is_there(self, node: Any, root: Any) -> bool:
        """Whether there is room for it, though nothing may be there."""

    def beside(self, node: Any, root: Any) -> list[str]:
        """What stands where its last step should, the likeliest first."""

    def nodes(self, node: Any, root: Any) -> list[Any]:
        """Every place that it leads to."""

    def texts(self, node: Any, root: Any) -> Iterator[str]:
        """What is written there."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds where the first text there passes a test of `tests`, or has one of `words` in it."""

    place: Place
    tests: tuple[str, ...]
    words: tuple[str, ...]
    means: str = OK

    def holds(self, node: Any, root: Any, *, if_absent: bool = True) -> bool:
        """Whether it does; what is absent is an empty text, or no text at all."""
        text = next(self.place.texts(node, root), "" if if_absent else None)
        if text is None:
            return False
        return any(passes(text, test) for test in self.tests) or any(word in text for word in self.words)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How answers are judged: the code by its table, else the first rule that holds, else `otherwise`."""

    code: Place | None
    codes: Mapping[str, str]
    rules: Sequence[Rule]
    otherwise: str

    def of(self, document: Any, *, is_inmost: bool) -> tuple[str | None, str]:
        """What one layer of an answer says, None where it says nothing; and its code where that looks like one.

        Only in the inmost layer a place that is absent counts as an empty text: outer ones are told by what they hold.
        """
        code = next(self.code.texts(document, document), "") if self.code else ""
        if code in self.codes:
            return self.codes[code], texts.code(code)
        held = (rule.means for rule in self.rules if rule.holds(document, document, if_absent=is_inmost))
        return next(held, self.otherwise if code else None), texts.code(code)
