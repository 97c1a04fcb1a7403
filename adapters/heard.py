"""What came out of what a hospital told: news, and what was left, by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.news import Left, News

Told = News | Left


@dataclass(frozen=True, slots=True)
class Heard:
    """The news in its order, and what of it was read and is no news."""

    news: Sequence[News] = ()
    left: Sequence[Left] = ()


def sorted_out(told: Iterable[Told]) -> Heard:
    """News on one side, what was left on the other."""
    everything = list(told)
    return Heard(
        tuple(each for each in everything if not isinstance(each, Left)),
        tuple(each for each in everything if isinstance(each, Left)),
    )
