"""Two books in the order of their keys, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from hospital_bridge.payment.reconcile.sorted_rows import Row

Pair = tuple[Row | None, Row | None]
Item = TypeVar("Item")


def side_by_side(ours: Iterable[Row], theirs: Iterable[Row], width: int) -> Iterator[Pair]:
    """Each key of either book once, with what each book says of it; the first `width` values of a row are its key.

    Both books are in order, and neither has a key twice.
    """
    left, right = iter(ours), iter(theirs)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[:width] < other[:width]):
            yield one, None
            one = next(left, None)
        elif one is None or one[:width] != other[:width]:
            yield None, other
            other = next(right, None)
        else:
            yield one, other
            one, other = next(left, None), next(right, None)


def in_batches(items: Iterable[Item], size: int = 500) -> Iterator[list[Item]]:
    """As many at once as one question to the database may name."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
