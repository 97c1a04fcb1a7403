"""Sentences that are put into the reader's language only when they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English sentence that is also its message id, and what fills its {fields}.

    A filling may be a sentence itself.
    """

    message: str
    fillings: Mapping[str, str | Sentence] = field(default_factory=dict)

    def shown(self, translate: Translate = str) -> str:
        """The sentence in the language of `translate`."""
        filled = {
            name: filling.shown(translate) if isinstance(filling, Sentence) else filling
            for name, filling in self.fillings.items()
        }
        return translate(self.message).format(**filled) if filled else translate(self.message)
